/// What a request does, step by step, under a placement: the serial model.
///
/// One step begins when the one before has ended. Layers run in segments: as many ready layers of one tier as possible,
/// in topological order. When a segment ends, every tensor it made that is needed on other tiers is sent, a message of
/// its own per tensor and hop, in tensor order, up before down; a tensor crosses a link at most once per direction.
public struct Itinerary: Sendable {
  public enum Step: Sendable, Hashable {
    /// Layers run one after another on a tier.
    case compute(tier: Int, layers: [Int], nanoseconds: Int64)
    /// A tensor crosses a hop: bytes at the link's rate, then the propagation.
    case transfer(tensor: Int, hop: Int, direction: Direction, bytes: Int)
  }

  public let steps: [Step]

  package init(steps: [Step]) { self.steps = steps }
}
