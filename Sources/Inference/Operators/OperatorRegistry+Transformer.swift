extension OperatorRegistry {
  /// Operators of transformers and quantised networks, and onnxruntime's own.
  static let transformer: [any Operator.Type] = [
    Attention.self, ConvInteger.self, DynamicQuantizeLinear.self, Einsum.self, MatMulInteger.self,
    RMSNormalization.self, RotaryEmbedding.self, SimplifiedLayerNormalization.self, TensorScatter.self,
    // com.microsoft
    BiasGelu.self, DynamicQuantizeMatMul.self, EmbedLayerNormalization.self, FastGelu.self, FusedConv.self,
    FusedGemm.self, FusedMatMul.self,
    InMicrosoftDomain<DequantizeLinear>.self, InMicrosoftDomain<Gelu>.self, InMicrosoftDomain<QuantizeLinear>.self,
    InMicrosoftDomain<SimplifiedLayerNormalization>.self, MicrosoftAttention.self, MicrosoftRotaryEmbedding.self,
    MatMulIntegerToFloat.self, MatMulNBits.self, MultiHeadAttention.self, QAttention.self, QGemm.self,
    QLinearAveragePool.self, QLinearConcat.self, QLinearGlobalAveragePool.self, QLinearLeakyRelu.self,
    QLinearSigmoid.self, QLinearSoftmax.self, QuickGelu.self, SkipLayerNormalization.self,
    SkipSimplifiedLayerNormalization.self,
  ]
}
