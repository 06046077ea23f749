/// Where in one arena each intermediate tensor lives, such that tensors needed at the same time do not overlap.
///
/// Buffers are placed from the largest down, each into the smallest gap that fits between those it shares time with.
/// O(n²). Source: Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020, section 5.2.
package struct MemoryPlan: Sendable {
  /// A tensor's size and the steps, both included, from its making to its last reading.
  package struct Buffer: Sendable {
    package let byteCount: Int
    package let firstStep: Int
    package var lastStep: Int

    package init(byteCount: Int, firstStep: Int, lastStep: Int) {
      self.byteCount = byteCount
      self.firstStep = firstStep
      self.lastStep = lastStep
    }
  }

  package static let alignment = 64

  /// In bytes from the start of the arena, in the order of the buffers; multiples of `alignment`.
  package let offsets: [Int]
  /// The size of the arena.
  package let byteCount: Int

  package init(_ buffers: [Buffer]) {
    let sizes = buffers.map { ($0.byteCount + Self.alignment - 1) / Self.alignment * Self.alignment }
    var offsets = [Int](repeating: 0, count: buffers.count)
    var placed: [Int] = []
    var end = 0
    for index in buffers.indices.sorted(by: { (-sizes[$0], $0) < (-sizes[$1], $1) }) where sizes[index] > 0 {
      let neighbours = placed.filter {
        buffers[$0].firstStep <= buffers[index].lastStep && buffers[index].firstStep <= buffers[$0].lastStep
      }
      var (best, bestGap, free) = (-1, Int.max, 0)
      // `placed` is kept in the order of offsets.
      for neighbour in neighbours {
        let gap = offsets[neighbour] - free
        if gap >= sizes[index], gap < bestGap { (best, bestGap) = (free, gap) }
        free = max(free, offsets[neighbour] + sizes[neighbour])
      }
      offsets[index] = best >= 0 ? best : free
      end = max(end, offsets[index] + sizes[index])
      let position = placed.firstIndex { offsets[$0] > offsets[index] } ?? placed.count
      placed.insert(index, at: position)
    }
    self.offsets = offsets
    byteCount = end
  }
}
