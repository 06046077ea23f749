extension OperatorRegistry {
  /// The operators of com.microsoft, which onnxruntime's tools write, in alphabetical order.
  static let microsoft: [any Operator.Type] = [
    BiasGelu.self, ChannelsLastConv.self, DynamicQuantizeMatMul.self, EmbedLayerNormalization.self, FastGelu.self,
    FusedConv.self,
    FusedGemm.self, FusedMatMul.self, InMicrosoftDomain<DequantizeLinear>.self, InMicrosoftDomain<Gelu>.self,
    InMicrosoftDomain<QuantizeLinear>.self, InMicrosoftDomain<SimplifiedLayerNormalization>.self,
    MatMulIntegerToFloat.self, MatMulNBits.self, MicrosoftAttention.self, MicrosoftRotaryEmbedding.self,
    MultiHeadAttention.self, NhwcMaxPool.self, QAttention.self, QGemm.self, QLinearAdd.self, QLinearAveragePool.self,
    QLinearConcat.self,
    QLinearGlobalAveragePool.self, QLinearLeakyRelu.self, QLinearMul.self, QLinearSigmoid.self, QLinearSoftmax.self,
    QuickGelu.self,
    SkipLayerNormalization.self, SkipSimplifiedLayerNormalization.self,
  ]
}
