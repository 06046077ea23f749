extension OperatorRegistry {
  /// Operators that move, compare or combine elements; those with kernels of their own are in `heavy`.
  static let light: [any Operator.Type] = [
    Abs.self, Add.self, And.self, ArgMax.self, ArgMin.self, Cast.self, Ceil.self, Concat.self, Constant.self,
    ConstantOfShape.self, Cos.self, CumSum.self, DepthToSpace.self, Div.self, Dropout.self, Equal.self, Expand.self,
    Flatten.self, Floor.self, Gather.self, GatherElements.self, GatherND.self, Greater.self, GreaterOrEqual.self,
    GroupNormalization.self, Identity.self, InstanceNormalization.self, LRN.self, Less.self, LessOrEqual.self,
    Log.self, Max.self, Mean.self, Min.self, Mod.self, Mul.self, Neg.self, Not.self, OneHot.self, Or.self, Pad.self,
    Pow.self, RangeOperator.self, Reciprocal.self, ReduceL1.self, ReduceL2.self, ReduceLogSum.self,
    ReduceLogSumExp.self, ReduceMax.self, ReduceMean.self, ReduceMin.self, ReduceProd.self, ReduceSum.self,
    ReduceSumSquare.self, Reshape.self, Resize.self, Round.self, ScatterElements.self, ScatterND.self, Shape.self,
    Sign.self, Sin.self, Size.self, Slice.self, SpaceToDepth.self, Split.self, Sqrt.self, Squeeze.self, Sub.self,
    Sum.self, TfIdfVectorizer.self, Tile.self, TopK.self, Transpose.self, Trilu.self, Unsqueeze.self, Upsample.self,
    Where.self, Xor.self,
  ]
}
