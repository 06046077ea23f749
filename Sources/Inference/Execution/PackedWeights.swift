import Foundation

/// How packed weights are laid out, the first part of their layout's key.
enum PackedForm: Int {
  /// Panels of a product's right operand.
  case panels
  /// The same with the last as wide as its vectors.
  case rowPanels
  /// Panels for each group of a convolution.
  case groupPanels
  /// One channel in each lane.
  case lanes
  /// Panels of each direction and product of a recurrent layer.
  case recurrent
  /// Transformed for minimal filtering.
  case winograd
}

/// Weights packed for kernels, each once for all the kernels of an executor.
///
/// Where shapes are known only at run time a kernel is made for each of them, and sub-graphs share weights with each
/// other: what is packed does not depend on that.
public final class PackedWeights: @unchecked Sendable {
  private struct Key: Hashable {
    let storage: ObjectIdentifier
    let byteOffset: Int
    let layout: [Int]

    init(_ weights: Tensor, _ layout: [Int]) {
      (storage, byteOffset, self.layout) = (ObjectIdentifier(weights.storage), weights.byteOffset, layout)
    }
  }

  private let lock = NSLock()
  /// The source is kept, so that its identity cannot become another's.
  private var entries: [Key: (source: TensorStorage, packed: Tensor)] = [:]

  /// Bytes that packed weights may still take beyond what the weights themselves take.
  private var spare: Int

  /// Packed weights that together take at most `spare` bytes more than the weights themselves.
  public init(spare: Int = 0) { self.spare = spare }

  /// Whether weights may be packed in a layout that takes `extra` bytes more than they do; then those are counted.
  package func claim(_ extra: Int, for weights: Tensor, layout: [Int]) -> Bool {
    lock.lock()
    defer { lock.unlock() }
    if entries[Key(weights, layout)] != nil { return true }
    guard extra <= spare else { return false }
    spare -= max(0, extra)
    return true
  }

  /// What `pack` makes of the weights; `layout` is all that it depends on besides them and the instruction set.
  func tensor(for weights: Tensor, layout: [Int], pack: () -> Tensor) -> Tensor {
    let key = Key(weights, layout)
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

extension ExecutionContext {
  /// What `pack` makes of float32 weights, of which it is told an address that may have any alignment.
  ///
  /// While kernels are prepared, what was packed before is used again. Weights of a mapped file take no memory afterwards.
  func packed(_ weights: Tensor, layout: [Int], by pack: (UnsafePointer<Float>) -> Tensor) -> Tensor {
    func read() -> Tensor {
      weights.storage.withBytesOnce { pack(($0 + weights.byteOffset).assumingMemoryBound(to: Float.self)) }
    }
    return packed?.tensor(for: weights, layout: layout, pack: read) ?? read()
  }
}
