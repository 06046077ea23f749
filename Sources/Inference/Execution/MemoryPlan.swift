/// Where in one arena each intermediate tensor lives, such that tensors needed at the same time do not overlap.
///
/// Buffers are placed from the largest down, each into the smallest gap that fits between those it shares time with.
/// O(n²), and for more than 4,096 tensors O(n log n) with equal sizes taking turns. Source: Pisarchyk and Lee, "Efficient
/// Memory Management for Deep Neural Net Inference", 2020, section 5.2.
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
    if buffers.count > Self.largestCount {
      (offsets, byteCount) = Self.inTurns(buffers, sizes)
      return
    }
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

  /// More tensors than networks have; placing them well would take minutes.
  private static let largestCount = 4_096

  /// Each buffer where one of its size was that is not needed any more, else at the end.
  private static func inTurns(_ buffers: [Buffer], _ sizes: [Int]) -> (offsets: [Int], byteCount: Int) {
    var offsets = [Int](repeating: 0, count: buffers.count)
    let starting = buffers.indices.sorted { (buffers[$0].firstStep, $0) < (buffers[$1].firstStep, $1) }
    let ending = buffers.indices.sorted { (buffers[$0].lastStep, $0) < (buffers[$1].lastStep, $1) }
    var free: [Int: [Int]] = [:]
    var (ended, end) = (0, 0)
    for index in starting where sizes[index] > 0 {
      while ended < ending.count, buffers[ending[ended]].lastStep < buffers[index].firstStep {
        free[sizes[ending[ended]], default: []].append(offsets[ending[ended]])
        ended += 1
      }
      if let offset = free[sizes[index]]?.popLast() {
        offsets[index] = offset
      } else {
        offsets[index] = end
        end += sizes[index]
      }
    }
    return (offsets, end)
  }
}
