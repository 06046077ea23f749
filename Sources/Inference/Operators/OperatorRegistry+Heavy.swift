extension OperatorRegistry {
  /// Operators with kernels of their own, in alphabetical order.
  static let heavy: [any Operator.Type] = [
    AveragePool.self, BatchNormalization.self, Clip.self, Conv.self, ConvTranspose.self, DequantizeLinear.self,
    Elu.self, Erf.self, Exp.self, GRU.self, Gelu.self, Gemm.self, GlobalAveragePool.self, GlobalMaxPool.self,
    HardSigmoid.self, HardSwish.self, LSTM.self, LayerNormalization.self, LeakyRelu.self, LogSoftmax.self, MatMul.self,
    MaxPool.self, PRelu.self, QLinearAdd.self, QLinearConv.self, QLinearMatMul.self, QLinearMul.self,
    QuantizeLinear.self, RNN.self, Relu.self, Selu.self, Sigmoid.self, Softmax.self, Softplus.self, Softsign.self,
    Tanh.self,
  ]
}
