extension ExecutionContext {
  /// Calls `body` once for each of 0..<count, in any order, on up to `threads` threads, and returns when all are done.
  ///
  /// Indices are handed out one by one, so that a slow core holds up only what it has taken; with one thread the calls
  /// run in order on the caller's thread. A nested call runs on its caller's thread alone.
  @inline(never)
  public func parallel(_ count: Int, _ body: @Sendable (Int) -> Void) {
    if threads <= 1 || count <= 1 {
      for index in 0..<max(0, count) { body(index) }
    } else {
      WorkerPool.shared.run(count, threads: threads, body)
    }
  }

  /// Splits 0..<count into ranges of at least `grain` and calls `body` for each as `parallel` does.
  ///
  /// The ranges depend on `count` and `grain` alone.
  @inline(never)
  public func parallelRanges(_ count: Int, grain: Int, _ body: @Sendable (Range<Int>) -> Void) {
    guard count > 0 else { return }
    if threads <= 1 || count <= grain {
      body(0..<count)
      return
    }
    let chunks = (count + grain - 1) / grain
    parallel(chunks) { chunk in body(chunk * grain..<min(count, (chunk + 1) * grain)) }
  }
}
