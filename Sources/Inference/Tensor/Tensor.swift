/// A dense tensor in row-major order: a typed, shaped view of `TensorStorage`.
///
/// Copying a `Tensor` copies the view, not the elements. `[]` is the shape of a scalar.
public struct Tensor: Sendable {
  public let elementType: ElementType
  public let shape: [Int]
  public let storage: TensorStorage
  /// Where the first element is, in bytes from the start of the storage.
  public let byteOffset: Int

  /// Views `storage` from `byteOffset` on; the elements must lie inside it.
  public init(_ elementType: ElementType, shape: [Int], storage: TensorStorage, byteOffset: Int = 0) {
    self.elementType = elementType
    self.shape = shape
    self.storage = storage
    self.byteOffset = byteOffset
    precondition(byteOffset >= 0 && byteOffset + byteCount <= storage.byteCount, "tensor outside its storage")
  }

  /// A tensor of zeros with storage of its own.
  public init(zeros elementType: ElementType = .float32, shape: [Int]) {
    let count = shape.reduce(1, *)
    self.init(elementType, shape: shape, storage: TensorStorage(byteCount: count * elementType.byteCount))
  }

  /// A tensor with the given elements, in row-major order; `Element` must be as wide as `elementType`.
  public init<Element: BitwiseCopyable>(_ elementType: ElementType, shape: [Int], elements: [Element]) {
    precondition(MemoryLayout<Element>.stride == elementType.byteCount, "element width")
    precondition(shape.reduce(1, *) == elements.count, "shape \(shape) does not hold \(elements.count) elements")
    self.init(zeros: elementType, shape: shape)
    elements.withUnsafeBytes { source in
      if let first = source.baseAddress { bytes.copyMemory(from: first, byteCount: source.count) }
    }
  }

  /// A float32 tensor.
  public init(shape: [Int], _ elements: [Float]) { self.init(.float32, shape: shape, elements: elements) }

  /// A one-dimensional int64 tensor, as ONNX uses for shapes and axes.
  public init(int64s elements: [Int]) {
    self.init(.int64, shape: [elements.count], elements: elements.map(Int64.init))
  }

  public var elementCount: Int { shape.reduce(1, *) }
  public var byteCount: Int { elementCount * elementType.byteCount }

  /// The first byte of the first element.
  public var bytes: UnsafeMutableRawPointer { storage.base + byteOffset }

  /// The elements as `Element`, which must be as wide as the element type; valid while the storage lives.
  @inlinable
  public func pointer<Element: BitwiseCopyable>(as type: Element.Type = Element.self) -> UnsafeMutablePointer<Element> {
    assert(MemoryLayout<Element>.stride == elementType.byteCount)
    return bytes.assumingMemoryBound(to: Element.self)
  }

  /// The float32 elements; valid while the storage lives.
  @inlinable public var floats: UnsafeMutablePointer<Float> { pointer() }

  /// The elements copied out, in row-major order.
  public func elements<Element: BitwiseCopyable>(as type: Element.Type = Element.self) -> [Element] {
    precondition(MemoryLayout<Element>.stride == elementType.byteCount, "element width")
    return withExtendedLifetime(storage) {
      let (source, count) = (bytes, elementCount)
      return [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
        if count > 0 { UnsafeMutableRawPointer(buffer.baseAddress!).copyMemory(from: source, byteCount: byteCount) }
        initialized = count
      }
    }
  }

  /// The elements of an integer or bool tensor as `Int`; `nil` for other types.
  public func integers() -> [Int]? {
    switch elementType {
    case .int64: elements(as: Int64.self).map(Int.init)
    case .int32: elements(as: Int32.self).map(Int.init)
    case .int16: elements(as: Int16.self).map(Int.init)
    case .int8, .int4, .int2: elements(as: Int8.self).map(Int.init)
    case .uint8, .bool, .uint4, .uint2: elements(as: UInt8.self).map(Int.init)
    case .uint16: elements(as: UInt16.self).map(Int.init)
    case .uint32: elements(as: UInt32.self).map(Int.init)
    case .uint64: elements(as: UInt64.self).map { Int(clamping: $0) }
    default: nil
    }
  }

  /// The same elements under another shape of as many elements.
  public func reshaped(_ shape: [Int]) -> Tensor {
    precondition(shape.reduce(1, *) == elementCount, "\(self.shape) cannot be seen as \(shape)")
    return Tensor(elementType, shape: shape, storage: storage, byteOffset: byteOffset)
  }

  /// Whether element type, shape and every bit are the same.
  public func isIdentical(to other: Tensor) -> Bool {
    guard elementType == other.elementType, shape == other.shape else { return false }
    return withExtendedLifetime((storage, other.storage)) {
      UnsafeRawBufferPointer(start: bytes, count: byteCount)
        .elementsEqual(UnsafeRawBufferPointer(start: other.bytes, count: byteCount))
    }
  }
}
