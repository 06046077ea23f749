extension OperatorRegistry {
  /// Operators on sequences and optionals, which live inside a network: its inputs and outputs are tensors.
  static let sequences: [any Operator.Type] = [
    ConcatFromSequence.self, OptionalGetElement.self, OptionalHasElement.self, SequenceAt.self, SequenceConstruct.self,
    SequenceEmpty.self, SequenceErase.self, SequenceInsert.self, SequenceLength.self, SplitToSequence.self,
  ]
}
