/// Weighted neighbours of a point between the elements of a plane, of one to three dimensions.
///
/// Positions are made once for a point and used for every channel.
struct SamplePoint {
  /// Positions inside the plane.
  private(set) var elements: [Int] = []
  private(set) var weights: [Float] = []

  /// The corners of the cell around `coordinates` that lie inside the plane; the others count as 0.
  mutating func setLinear(_ coordinates: [Float], sizes: [Int]) {
    set(sizes) { axis in
      guard coordinates[axis] > -1, coordinates[axis] < Float(sizes[axis]) else { return [] }
      let low = coordinates[axis].rounded(.down)
      let fraction = coordinates[axis] - low
      return [(Int(low), 1 - fraction), (Int(low) + 1, fraction)].filter { $0.0 >= 0 && $0.0 < sizes[axis] }
    }
  }

  /// All combinations of the positions and weights along each axis; positions must lie inside.
  mutating func set(_ sizes: [Int], _ taps: (_ axis: Int) -> [(position: Int, weight: Float)]) {
    elements.removeAll(keepingCapacity: true)
    weights.removeAll(keepingCapacity: true)
    elements.append(0)
    weights.append(1)
    for axis in sizes.indices {
      let along = taps(axis)
      let count = elements.count
      for (position, weight) in along {
        for index in 0..<count {
          elements.append(elements[index] * sizes[axis] + position)
          weights.append(weights[index] * weight)
        }
      }
      elements.removeFirst(count)
      weights.removeFirst(count)
    }
  }

  /// The weighted sum over a plane.
  func value(in plane: UnsafePointer<Float>) -> Float {
    var sum: Float = 0
    for (element, weight) in zip(elements, weights) { sum += plane[element] * weight }
    return sum
  }
}
