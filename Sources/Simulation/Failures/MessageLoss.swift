import Glibc

/// How probable it is that a message does not arrive: as a whole, or by any of its packets.
///
/// The losses are those that the transport does not mend; a lost message has used its link all the same.
public struct MessageLoss: Sendable, Hashable {
  public var perMessage: Double
  public var perPacket: Double
  public var packetBytes: Int

  public init(perMessage: Double = 0, perPacket: Double = 0, packetBytes: Int = 1500) {
    self.perMessage = perMessage
    self.perPacket = perPacket
    self.packetBytes = packetBytes
  }

  /// 1 - (1 - perMessage) (1 - perPacket)^packets; an empty message is one packet.
  public func probability(bytes: Int) -> Double {
    let packets = max(1, (bytes + packetBytes - 1) / packetBytes)
    return 1 - (1 - perMessage) * pow(1 - perPacket, Double(packets))
  }
}
