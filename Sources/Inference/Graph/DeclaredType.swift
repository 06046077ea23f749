/// What a file declares of a value's type, where it may leave anything open.
public struct DeclaredType: Sendable, Hashable {
  public let elementType: ElementType?
  /// `nil` where not even the rank is declared; an open size is `nil`.
  public let dimensions: [Int?]?

  public init(elementType: ElementType?, dimensions: [Int?]?) {
    self.elementType = elementType
    self.dimensions = dimensions
  }
}
