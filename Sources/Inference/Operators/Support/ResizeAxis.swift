/// How one axis is resampled: for each output position the input positions that it is a weighted sum of.
struct ResizeAxis: Sendable {
  let inputSize: Int
  let outputSize: Int
  /// Taps of each output position; all have as many.
  let tapCount: Int
  /// Input positions, clamped into the axis, `tapCount` for each output position.
  let taps: [Int]
  let weights: [Float]
  /// Output positions that lie outside the input and take the extrapolation value.
  let isOutside: [Bool]

  /// Whether the axis is copied as it is.
  var isIdentity: Bool {
    inputSize == outputSize && tapCount == 1 && taps.indices.allSatisfy { taps[$0] == $0 } && !isOutside.contains(true)
  }

  init(method: ResizeMethod, from: Int, to: Int, scale: Float, region: ClosedRange<Float>) {
    inputSize = from
    outputSize = to
    var taps: [Int] = []
    var weights: [Float] = []
    var outside = [Bool](repeating: false, count: to)
    if from == to, scale == 1, method.transformation != .tfCropAndResize {
      tapCount = 1
      self.taps = Array(0..<to)
      self.weights = [Float](repeating: 1, count: to)
      isOutside = outside
      return
    }
    for position in 0..<to {
      let original = method.transformation.original(position, from: from, to: to, scale: scale, region: region)
      if method.transformation == .tfCropAndResize { outside[position] = original < 0 || original > Float(from - 1) }
      let (first, factors) = method.kernel(at: original, scale: scale)
      var kept = factors
      if method.excludesOutside {
        for index in kept.indices where first + index < 0 || first + index >= from { kept[index] = 0 }
        let sum = kept.reduce(0, +)
        if sum != 0 { kept = kept.map { $0 / sum } }
      }
      taps += kept.indices.map { min(max(first + $0, 0), from - 1) }
      weights += kept
    }
    tapCount = to == 0 ? 1 : taps.count / to
    self.taps = taps
    self.weights = weights
    isOutside = outside
  }
}

/// How Resize weighs the neighbours of a position.
struct ResizeMethod: Sendable {
  enum Mode: String, Sendable { case nearest, linear, cubic }
  var mode = Mode.nearest
  var transformation = CoordinateTransformation.halfPixel
  var nearest = NearestMode.roundPreferFloor
  /// Keys' parameter of the cubic kernel.
  var cubicCoefficient: Float = -0.75
  var excludesOutside = false
  /// Whether the kernel is stretched when shrinking, so that every input element counts.
  var antialiases = false

  /// The first input position and the weights from there on, for an output that lies at `position` of the input.
  func kernel(at position: Float, scale: Float) -> (first: Int, weights: [Float]) {
    let whole = position.rounded(.down)
    let fraction = position - whole
    let stretch = antialiases ? min(scale, 1) : 1
    switch mode {
    case .nearest: return (Int(nearest.pick(position)), [1])
    case .linear:
      guard stretch < 1 else { return (Int(whole), [1 - fraction, fraction]) }
      return stretched(whole, fraction, reach: 1, stretch) { max(0, 1 - abs($0)) }
    case .cubic:
      guard stretch < 1 else {
        return (Int(whole) - 1, (-1...2).map { cubicWeight(Float($0) - fraction, cubicCoefficient) })
      }
      return stretched(whole, fraction, reach: 2, stretch) { cubicWeight($0, cubicCoefficient) }
    }
  }

  private func stretched(
    _ whole: Float, _ fraction: Float, reach: Float, _ stretch: Float, _ function: (Float) -> Float
  ) -> (first: Int, weights: [Float]) {
    let start = Int((-reach / stretch).rounded(.down)) + 1
    let weights = (start...1 - start).map { function((Float($0) - fraction) * stretch) }
    let sum = weights.reduce(0, +)
    return (Int(whole) + start, weights.map { $0 / sum })
  }
}

/// The weight of an element at a distance under the cubic kernel of parameter `a`.
///
/// Source: Keys, "Cubic convolution interpolation for digital image processing", 1981.
func cubicWeight(_ distance: Float, _ a: Float) -> Float {
  let x = abs(distance)
  if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
  if x < 2 { return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a }
  return 0
}
