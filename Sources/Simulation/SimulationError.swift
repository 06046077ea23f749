/// Why a replication cannot be simulated.
public struct SimulationError: Error, Sendable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}
