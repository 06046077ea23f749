extension CostGraph {
  /// A layer whose result may already be the answer.
  public struct Exit: Sendable, Hashable {
    public let layer: Int
    /// The share of right answers among those given here.
    public let accuracy: Double
    /// The share of all samples that are sure enough here and at no exit before; the last exit takes the rest.
    public let probability: Double

    public init(layer: Int, accuracy: Double, probability: Double) {
      self.layer = layer
      self.accuracy = accuracy
      self.probability = probability
    }
  }

  /// The layers that run where a request leaves at an exit; `nil` where all of them run.
  ///
  /// What the exit needs, and the earlier exits at which some samples leave, as it has to ask there.
  package func layers(runUntil exit: Int?) -> [Bool]? {
    guard !exits.isEmpty else { return nil }
    let last = min(exit ?? exits.count - 1, exits.count - 1)
    let asked = exits[..<last].filter { $0.probability > 0 }.map(\.layer)
    return ancestors(of: asked + [exits[last].layer])
  }

  /// The exit at which a sample is sure enough; `uniform` is its draw from 0...1.
  package func exit(drawing uniform: Double) -> Int {
    var sum = 0.0
    for (index, exit) in exits.enumerated() {
      sum += exit.probability
      if uniform < sum { return index }
    }
    return exits.count - 1
  }

  /// What is right of the answers of requests that leave at `last` at the latest.
  public func accuracy(leavingBy last: Int) -> Double {
    var (sum, rest) = (0.0, 1.0)
    for exit in exits[..<last] {
      sum += exit.probability * exit.accuracy
      rest -= exit.probability
    }
    return sum + max(0, rest) * exits[last].accuracy
  }
}
