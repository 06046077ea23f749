/// The terms of a weighted sum of times, as whole numbers: what each layer costs on each tier, each tensor on each hop.
///
/// Sums stay below `FlowNetwork.budget`.
struct AdditiveCosts {
  let layout: Layout
  /// Nothing, an unlimited cost, then by tier and layer, by hop and tensor upwards, and by hop and tensor downwards.
  private(set) var terms: [Int64]
  /// How many units a weighted nanosecond has.
  private(set) var scale: Double

  var layerCount: Int { layout.layers }
  var tensorCount: Int { layout.tensors }

  /// Where each term lies.
  struct Layout: Hashable {
    static let zero: Int32 = 0
    static let unlimited: Int32 = 1

    let layers: Int
    let tensors: Int
    let tiers: Int

    init(layers: Int, tensors: Int, tiers: Int) {
      self.layers = layers
      self.tensors = tensors
      self.tiers = tiers
    }

    init(_ problem: PlacementProblem) {
      layers = problem.network.layers.count
      tensors = problem.network.tensors.count
      tiers = problem.tiers.count
    }

    var firstUp: Int { 2 + tiers * layers }
    var firstDown: Int { firstUp + (tiers - 1) * tensors }
    var count: Int { firstDown + (tiers - 1) * tensors }

    func compute(_ layer: Int, tier: Int) -> Int32 { Int32(truncatingIfNeeded: 2 + tier * layers + layer) }
    func up(_ tensor: Int, hop: Int) -> Int32 { Int32(truncatingIfNeeded: firstUp + hop * tensors + tensor) }
    func down(_ tensor: Int, hop: Int) -> Int32 { Int32(truncatingIfNeeded: firstDown + hop * tensors + tensor) }
  }

  /// Rounds the terms to units: nanoseconds for latency, and picojoules for energy (`unitsPerNanosecond` 1000), or
  /// more coarsely where the sum of all terms would not fit.
  init(_ problem: PlacementProblem, _ weights: Weights, unitsPerNanosecond: Double) {
    layout = Layout(problem)
    terms = [Int64](repeating: 0, count: layout.count)
    terms[Int(Layout.unlimited)] = FlowNetwork.unlimited
    scale = unitsPerNanosecond
    let sum = fill(problem, weights, problem.tiers.indices, addTo: 0)
    guard sum > Double(FlowNetwork.budget / 4) else { return }
    scale *= Double(FlowNetwork.budget / 4) / sum
    _ = fill(problem, weights, problem.tiers.indices, addTo: 0)
  }

  /// The same for a problem of which only the hops differ; `false` where the scale would not be the same.
  mutating func replaceHops(_ problem: PlacementProblem, _ weights: Weights, unitsPerNanosecond: Double) -> Bool {
    guard scale == unitsPerNanosecond else { return false }
    var sum = 0.0
    for term in terms[2..<layout.firstUp] { sum += Double(term) }
    return fill(problem, weights, 0..<0, addTo: sum) <= Double(FlowNetwork.budget / 4)
  }

  var sumOfCompute: Int64 { terms[2..<layout.firstUp].reduce(0, +) }

  /// Forbids the first hop.
  mutating func closeFirstHop() {
    guard layout.tiers > 1 else { return }
    for tensor in 0..<layout.tensors {
      terms[layout.firstUp + tensor] = FlowNetwork.unlimited
      terms[layout.firstDown + tensor] = FlowNetwork.unlimited
    }
  }

  /// Writes the terms of some tiers and of every hop; returns the sum of all, added to one.
  private mutating func fill(
    _ problem: PlacementProblem, _ weights: Weights, _ tiers: Range<Int>, addTo start: Double
  ) -> Double {
    var sum = start
    // Terms too large to fit are cut off: their sum tells that the scale must be coarser.
    let limit = Double(FlowNetwork.budget)
    let scale = scale
    let layout = layout
    terms.withUnsafeMutableBufferPointer { terms in
      func set(_ index: Int, _ value: Double) {
        sum += value
        terms[index] = Int64(min(value, limit).rounded())
      }
      for tier in tiers {
        let weight = weights.compute[tier] * scale
        problem.tiers[tier].computeNanoseconds.withUnsafeBufferPointer { times in
          for layer in 0..<layout.layers { set(2 + tier * layout.layers + layer, weight * Double(times[layer])) }
        }
      }
      let hasCodec = problem.codec != InputCodec()
      for (index, hop) in problem.hops.enumerated() {
        let propagation = weights.propagation[index] * Double(hop.latencyNanoseconds)
        let processors = weights.compute[index] + weights.compute[index + 1]
        let (up, down) = (layout.firstUp + index * layout.tensors, layout.firstDown + index * layout.tensors)
        problem.network.tensors.withUnsafeBufferPointer { tensors in
          for tensor in 0..<layout.tensors {
            let bytes = tensors[tensor].bytes
            let sending = Double(hop.transferNanoseconds(bytes: bytes, .up))
            let receiving = Double(hop.transferNanoseconds(bytes: bytes, .down))
            var (above, below) = (weights.up[index] * sending, weights.down[index] * receiving)
            if weights.upRate[index] > 0 {
              above += weights.upRate[index] * Double(hop.wireNanoseconds(bytes: bytes, .up))
            }
            if weights.downRate[index] > 0 {
              below += weights.downRate[index] * Double(hop.wireNanoseconds(bytes: bytes, .down))
            }
            let besides = propagation + processors * Double(hop.serialization.nanoseconds(bytes: bytes))
            if hasCodec && index == 0 && problem.isEncoded(tensor, .up) {
              // Who decodes makes no difference to the device.
              above += weights.compute[0] * Double(problem.codec.encodeNanoseconds)
              above += weights.compute[1] * Double(problem.codec.decodeNanoseconds)
            }
            set(up + tensor, (above + besides) * scale)
            set(down + tensor, (below + besides) * scale)
          }
        }
      }
    }
    return sum
  }
}
