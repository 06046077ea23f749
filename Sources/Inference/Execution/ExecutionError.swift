/// Why a network could not be run: wrong inputs, or values that an operator cannot take (an index out of range).
public struct ExecutionError: Error, Sendable, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}
