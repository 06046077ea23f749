extension PlacementProblem {
  /// Where a figure leaves the range in which its model was measured.
  public var notes: [String] { [] }
}
