extension ExecutionContext {
  /// Calls `body` once for every index below `count`, in any order and on any thread.
  public func parallel(_ count: Int, _ body: @Sendable (Int) -> Void) {
    for index in 0..<count { body(index) }
  }
}
