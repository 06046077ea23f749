extension OperatorRegistry {
  /// Operators of detectors, of signals, of losses and random numbers, and the rarer functions, in alphabetical order.
  static let vision: [any Operator.Type] = [
    Acos.self, Acosh.self, AffineGrid.self, Asin.self, Asinh.self, Atan.self, Atanh.self, Bernoulli.self,
    BitShift.self, BitwiseAnd.self, BitwiseNot.self, BitwiseOr.self, BitwiseXor.self, BlackmanWindow.self,
    CastLike.self, Celu.self, CenterCropPad.self, Col2Im.self, Compress.self, Cosh.self, CumProd.self, DFT.self,
    DeformConv.self, Det.self, EyeLike.self, GlobalLpPool.self, GridSample.self, HammingWindow.self, HannWindow.self,
    Hardmax.self, IsInf.self, IsNaN.self, LpNormalization.self, LpPool.self, MaxRoiPool.self, MaxUnpool.self,
    MeanVarianceNormalization.self, MelWeightMatrix.self, Mish.self, Multinomial.self,
    NegativeLogLikelihoodLoss.self, NonMaxSuppression.self, NonZero.self, RandomNormal.self, RandomNormalLike.self,
    RandomUniform.self, RandomUniformLike.self, ReverseSequence.self, RoiAlign.self, STFT.self, Scatter.self,
    Shrink.self, Sinh.self, SoftmaxCrossEntropyLoss.self, Swish.self, Tan.self, ThresholdedRelu.self, Unique.self,
  ]
}
