import Foundation
import Synchronization

/// Threads that help with parallel loops; they live as long as the program and sleep when there is nothing to do.
///
/// One loop runs on the pool at a time. A loop that finds the pool taken (a nested loop, or another executor's) runs on
/// its caller's thread alone, which changes its time but not its result.
final class WorkerPool: @unchecked Sendable {
  static let shared = WorkerPool()

  /// How often an idle worker looks for work before it goes to sleep, some tens of microseconds.
  private static let spins = 4_000

  private let taken = Atomic<Bool>(false)
  private let generation = Atomic<Int>(0)
  private let nextIndex = Atomic<Int>(0)
  private let helping = Atomic<Int>(0)

  // The rest is guarded by the lock of the two conditions' owner.
  private let condition = NSCondition()
  private var body: (@Sendable (Int) -> Void)?
  private var count = 0
  private var seats = 0
  private var workers = 0

  private init() {}

  /// Calls `body` for 0..<count on up to `threads` threads, the caller's among them, and returns when all are done.
  func run(_ count: Int, threads: Int, _ body: @Sendable (Int) -> Void) {
    guard threads > 1, count > 1, taken.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
    else {
      for index in 0..<max(0, count) { body(index) }
      return
    }
    withoutActuallyEscaping(body) { escapable in
      open(escapable, count: count, helpers: min(threads, count) - 1)
      work(escapable, count: count)
      close()
    }
    taken.store(false, ordering: .releasing)
  }

  private func open(_ body: @escaping @Sendable (Int) -> Void, count: Int, helpers: Int) {
    condition.lock()
    self.body = body
    self.count = count
    seats = helpers
    nextIndex.store(0, ordering: .relaxed)
    while workers < helpers {
      workers += 1
      let thread = Thread { [self] in serve() }
      thread.stackSize = 4 << 20
      thread.start()
    }
    generation.add(1, ordering: .releasing)
    condition.broadcast()
    condition.unlock()
  }

  /// Lets nobody else join, and waits until those who did are done.
  private func close() {
    condition.lock()
    seats = 0
    condition.unlock()
    var left = Self.spins
    while helping.load(ordering: .acquiring) > 0, left > 0 { left -= 1 }
    condition.lock()
    while helping.load(ordering: .acquiring) > 0 { condition.wait() }
    body = nil
    condition.unlock()
  }

  private func serve() {
    var seen = 0
    while true {
      var left = Self.spins
      while generation.load(ordering: .acquiring) == seen, left > 0 { left -= 1 }
      condition.lock()
      while generation.load(ordering: .acquiring) == seen { condition.wait() }
      seen = generation.load(ordering: .acquiring)
      let joins = seats > 0
      if joins {
        seats -= 1
        helping.add(1, ordering: .relaxed)
      }
      condition.unlock()
      if joins {
        help()
        condition.lock()
        helping.subtract(1, ordering: .releasing)
        condition.broadcast()
        condition.unlock()
      }
    }
  }

  // Not inlined, so that the reference to the caller's closure is gone before `helping` falls.
  @inline(never)
  private func help() {
    condition.lock()
    let (body, count) = (body, count)
    condition.unlock()
    if let body { work(body, count: count) }
  }

  private func work(_ body: @Sendable (Int) -> Void, count: Int) {
    while true {
      let index = nextIndex.add(1, ordering: .relaxed).oldValue
      if index >= count { return }
      body(index)
    }
  }
}
