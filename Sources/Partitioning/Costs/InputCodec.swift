/// What it takes to encode the network's input for sending, and to decode it where it is used.
///
/// The device encodes an input once, before it leaves; the machine that it goes to decodes it. Machines that only send it on
/// do not. All times are in nanoseconds.
public struct InputCodec: Sendable, Hashable {
  public var encodeNanoseconds: Int64
  public var decodeNanoseconds: Int64

  public init(encodeNanoseconds: Int64 = 0, decodeNanoseconds: Int64 = 0) {
    self.encodeNanoseconds = encodeNanoseconds
    self.decodeNanoseconds = decodeNanoseconds
  }
}

extension PlacementProblem {
  /// What the device takes to encode a tensor that leaves over the first hop; 0 but for inputs of the network.
  package func encoding(of tensor: Int, hop: Int, _ direction: Direction) -> Int64 {
    hop == 0 && isEncoded(tensor, direction) ? codec.encodeNanoseconds : 0
  }

  /// What the machine above takes to decode the message of a step, unless it goes on from there; 0 but for inputs.
  package func decoding(at index: Int, in steps: [Itinerary.Step]) -> Int64 {
    guard case .transfer(let tensor, let hop, let direction, _) = steps[index], isEncoded(tensor, direction) else {
      return 0
    }
    if index + 1 < steps.count, case .transfer(tensor, hop + 1, .up, _) = steps[index + 1] { return 0 }
    return codec.decodeNanoseconds
  }

  /// Only what begins on the device is encoded there.
  func isEncoded(_ tensor: Int, _ direction: Direction) -> Bool {
    guard direction == .up && codec != InputCodec() else { return false }
    let producer = network.tensors[tensor].producer
    return network.layers[producer].isInput && pinnedTier(of: producer) == 0
  }
}
