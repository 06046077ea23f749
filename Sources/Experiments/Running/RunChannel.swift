import Foundation
import Partitioning
import Simulation

/// What one run sends to the thread that writes: a queue of bounded length.
final class RunChannel: @unchecked Sendable {
  enum Item {
    case used(Placement, source: Int)
    case requests([RequestRecord])
    case steps([StepRecord])
    case extras([RequestExtras])
    /// `nil` for a run that never began.
    case ended(Result<Replications.Ending, any Error>?)
  }

  /// About a thousand requests an item: some 20 MB at most.
  private static let capacity = 64

  private let condition = NSCondition()
  private var items: [Item] = []
  private var isClosed = false

  /// Waits while the queue is full; drops the item when the receiver has gone.
  func send(_ item: Item) {
    condition.lock()
    while items.count >= Self.capacity && !isClosed { condition.wait() }
    if !isClosed { items.append(item) }
    condition.broadcast()
    condition.unlock()
  }

  /// Waits for the next item.
  func receive() -> Item {
    condition.lock()
    while items.isEmpty { condition.wait() }
    let item = items.removeFirst()
    condition.broadcast()
    condition.unlock()
    return item
  }

  /// Nobody receives any more.
  func close() {
    condition.lock()
    isClosed = true
    items = []
    condition.broadcast()
    condition.unlock()
  }
}
