/// What is known of a value before it is computed: element type, shape and, where it is constant, the tensor itself.
public struct TensorType: Sendable {
  public let elementType: ElementType
  public let shape: [Int]
  /// The value, where it is known at load time: an initialiser, or folded shape arithmetic.
  public let constant: Tensor?

  public init(_ elementType: ElementType, _ shape: [Int], constant: Tensor? = nil) {
    self.elementType = elementType
    self.shape = shape
    self.constant = constant
  }

  /// The type of a known tensor.
  public init(constant tensor: Tensor) { self.init(tensor.elementType, tensor.shape, constant: tensor) }

  public var elementCount: Int { shape.reduce(1, *) }
  public var byteCount: Int { elementCount * elementType.byteCount }
}
