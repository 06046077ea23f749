import Foundation

/// Weights packed for kernels, each once for all the kernels of an executor.
///
/// Where shapes are known only at run time a kernel is made for each of them, and sub-graphs share weights with each
/// other: what is packed does not depend on that.
public final class PackedWeights: @unchecked Sendable {
  private struct Key: Hashable {
    let storage: ObjectIdentifier
    let byteOffset: Int
    let layout: [Int]
  }

  private let lock = NSLock()
  /// The source is kept, so that its identity cannot become another's.
  private var entries: [Key: (source: TensorStorage, packed: Tensor)] = [:]

  public init() {}

  /// What `pack` makes of the weights; `layout` is all that it depends on besides them.
  func tensor(for weights: Tensor, layout: [Int], pack: () -> Tensor) -> Tensor {
    let key = Key(storage: ObjectIdentifier(weights.storage), byteOffset: weights.byteOffset, layout: layout)
    lock.lock()
    let known = entries[key]?.packed
    lock.unlock()
    if let known { return known }
    let packed = pack()
    lock.lock()
    defer { lock.unlock() }
    entries[key] = (weights.storage, packed)
    return packed
  }
}
