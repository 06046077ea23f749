/// A directed graph with capacities, whose maximum flow and minimum cut Dinic's algorithm finds.
///
/// Capacities are integers, so that there is no tolerance and no rounding. O(V²E); in practice near linear on networks
/// of layers. Source: Dinic, "Algorithm for solution of a problem of maximum flow in networks", 1970.
struct FlowNetwork {
  /// A capacity that no finite cut reaches.
  static let unlimited: Int64 = 1 << 61
  /// The sum that all finite capacities must stay below.
  static let budget: Int64 = 1 << 60

  private var firstArc: [Int32]
  private var nextArc: [Int32] = []
  private var head: [Int32] = []
  private var residual: [Int64] = []
  /// After `maximumFlow`: whether the sink can still be reached from a vertex.
  private(set) var reachesSink: [Bool] = []

  init(vertices: Int, expectedEdges: Int) {
    firstArc = [Int32](repeating: -1, count: vertices)
    nextArc.reserveCapacity(2 * expectedEdges)
    head.reserveCapacity(2 * expectedEdges)
    residual.reserveCapacity(2 * expectedEdges)
  }

  /// Adds the arc a -> b with a capacity, and b -> a with another.
  mutating func addEdge(_ a: Int, _ b: Int, _ capacity: Int64, back: Int64 = 0) {
    guard capacity > 0 || back > 0 else { return }
    addArc(a, b, capacity)
    addArc(b, a, back)
  }

  private mutating func addArc(_ a: Int, _ b: Int, _ capacity: Int64) {
    nextArc.append(firstArc[a])
    firstArc[a] = Int32(head.count)
    head.append(Int32(b))
    residual.append(capacity)
  }

  /// The value of the maximum flow, which is that of the minimum cut; `budget` or more where every cut is unlimited.
  mutating func maximumFlow(from source: Int, to sink: Int) -> Int64 {
    let count = firstArc.count
    var distance = [Int32](repeating: -1, count: count)
    var current = firstArc
    var queue = [Int32](repeating: 0, count: count)
    var path = [Int32](repeating: 0, count: count)
    var flow: Int64 = 0
    residual.withUnsafeMutableBufferPointer { residual in
      head.withUnsafeBufferPointer { head in
        nextArc.withUnsafeBufferPointer { nextArc in
          let solver = Dinic(
            source: Int32(source), sink: Int32(sink), firstArc: firstArc, nextArc: nextArc, head: head,
            residual: residual)
          while flow < Self.budget, solver.measureDistances(&distance, &queue) {
            current = firstArc
            flow += solver.block(&distance, &current, &path, upTo: Self.budget - flow)
          }
        }
      }
    }
    reachesSink = distance.map { $0 >= 0 }
    return flow
  }
}

/// The phases of Dinic's algorithm over the arrays of a `FlowNetwork`.
private struct Dinic {
  let source: Int32
  let sink: Int32
  let firstArc: [Int32]
  let nextArc: UnsafeBufferPointer<Int32>
  let head: UnsafeBufferPointer<Int32>
  let residual: UnsafeMutableBufferPointer<Int64>

  /// How many arcs with residual capacity lead from each vertex to the sink, -1 where none do; whether the source is
  /// among those that reach it.
  func measureDistances(_ distance: inout [Int32], _ queue: inout [Int32]) -> Bool {
    for vertex in distance.indices { distance[vertex] = -1 }
    distance[Int(sink)] = 0
    queue[0] = sink
    var (first, last) = (0, 1)
    while first < last {
      let vertex = queue[first]
      first += 1
      var arc = firstArc[Int(vertex)]
      while arc >= 0 {
        let neighbour = head[Int(arc)]
        if distance[Int(neighbour)] < 0, residual[Int(arc ^ 1)] > 0 {
          distance[Int(neighbour)] = distance[Int(vertex)] + 1
          queue[last] = neighbour
          last += 1
        }
        arc = nextArc[Int(arc)]
      }
    }
    return distance[Int(source)] >= 0
  }

  /// Saturates every shortest path, but stops beyond a limit; the flow that was added.
  func block(
    _ distance: inout [Int32], _ current: inout [Int32], _ path: inout [Int32], upTo limit: Int64
  ) -> Int64 {
    var flow: Int64 = 0
    var length = 0
    var vertex = source
    while flow < limit {
      if vertex == sink {
        flow += augment(path, length, &length, &vertex)
        continue
      }
      var arc = current[Int(vertex)]
      while arc >= 0, residual[Int(arc)] == 0 || distance[Int(head[Int(arc)])] != distance[Int(vertex)] - 1 {
        arc = nextArc[Int(arc)]
      }
      current[Int(vertex)] = arc
      if arc >= 0 {
        path[length] = arc
        length += 1
        vertex = head[Int(arc)]
      } else {
        guard length > 0 else { return flow }
        length -= 1
        vertex = head[Int(path[length] ^ 1)]
        current[Int(vertex)] = nextArc[Int(current[Int(vertex)])]
      }
    }
    return flow
  }

  /// Pushes what the path can carry, and steps back to the tail of its first saturated arc.
  private func augment(_ path: [Int32], _ count: Int, _ length: inout Int, _ vertex: inout Int32) -> Int64 {
    var amount = Int64.max
    for index in 0..<count { amount = min(amount, residual[Int(path[index])]) }
    for index in (0..<count).reversed() {
      let arc = path[index]
      residual[Int(arc)] -= amount
      residual[Int(arc ^ 1)] += amount
      if residual[Int(arc)] == 0 {
        length = index
        vertex = head[Int(arc ^ 1)]
      }
    }
    return amount
  }
}
