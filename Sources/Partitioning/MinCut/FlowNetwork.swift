/// A directed graph whose maximum flow and minimum cut are found again and again for other capacities.
///
/// Capacities are integers, so that there is no tolerance and no rounding. Arcs lie by their tails, so that a vertex is
/// read in one go. A greedy flow in the order of the vertices comes first: networks of layers are deep, and Dinic's
/// algorithm alone would need a phase for each length of a path. Dinic's phases then find what is missing, O(V²E) at
/// worst. Source: Dinic, "Algorithm for solution of a problem of maximum flow in networks", 1970; the greedy flow is the
/// wave of Tarjan, "A simple version of Karzanov's blocking flow algorithm", 1984.
final class FlowNetwork {
  /// A capacity that no finite cut reaches.
  static let unlimited: Int64 = 1 << 61
  /// The sum that all finite capacities must stay below.
  static let budget: Int64 = 1 << 60

  static let source = 0

  /// An arc and its counterpart, each with the index of its capacity among the terms.
  struct Edge {
    let tail: Int32
    let head: Int32
    let term: Int32
    let backTerm: Int32
  }

  let vertices: Int
  private let arcs: Int
  private let sink: Int
  /// Where each vertex's arcs begin; one more for the end.
  private let first: UnsafeMutablePointer<Int32>
  private let head: UnsafeMutablePointer<Int32>
  private let reverse: UnsafeMutablePointer<Int32>
  private let term: UnsafeMutablePointer<Int32>
  private let capacity: UnsafeMutablePointer<Int64>
  private let residual: UnsafeMutablePointer<Int64>
  private let excess: UnsafeMutablePointer<Int64>
  private let distance: UnsafeMutablePointer<Int32>
  private let current: UnsafeMutablePointer<Int32>
  private let queue: UnsafeMutablePointer<Int32>
  private let path: UnsafeMutablePointer<Int32>

  /// Vertex 0 is the source and the last the sink; arcs should lead to higher numbers where flow is to be expected.
  init(vertices: Int, edges: [Edge]) {
    self.vertices = vertices
    sink = vertices - 1
    arcs = 2 * edges.count
    first = .allocate(capacity: vertices + 1)
    head = .allocate(capacity: arcs)
    reverse = .allocate(capacity: arcs)
    term = .allocate(capacity: arcs)
    capacity = .allocate(capacity: arcs)
    residual = .allocate(capacity: arcs)
    excess = .allocate(capacity: vertices)
    distance = .allocate(capacity: vertices)
    current = .allocate(capacity: vertices)
    queue = .allocate(capacity: vertices)
    path = .allocate(capacity: vertices)
    first.initialize(repeating: 0, count: vertices + 1)
    excess.initialize(repeating: 0, count: vertices)
    distance.initialize(repeating: -1, count: vertices)
    for edge in edges {
      first[Int(edge.tail) + 1] += 1
      first[Int(edge.head) + 1] += 1
    }
    for vertex in 0..<vertices { first[vertex + 1] += first[vertex] }
    for vertex in 0..<vertices { current[vertex] = first[vertex] }
    for edge in edges {
      let (arc, back) = (Int(current[Int(edge.tail)]), Int(current[Int(edge.head)]))
      current[Int(edge.tail)] += 1
      current[Int(edge.head)] += 1
      (head[arc], head[back]) = (edge.head, edge.tail)
      (reverse[arc], reverse[back]) = (Int32(back), Int32(arc))
      (term[arc], term[back]) = (edge.term, edge.backTerm)
    }
  }

  deinit {
    for pointer in [first, head, reverse, term, distance, current, queue, path] { pointer.deallocate() }
    for pointer in [capacity, residual, excess] { pointer.deallocate() }
  }

  /// After `maximumFlow`: whether the sink can still be reached from a vertex.
  func reachesSink(_ vertex: Int) -> Bool { distance[vertex] >= 0 }

  /// The value of the maximum flow, which is that of the minimum cut; `budget` or more where every cut is unlimited.
  ///
  /// `terms` holds the capacities.
  func maximumFlow(_ terms: UnsafePointer<Int64>) -> Int64 {
    for arc in 0..<arcs {
      let value = terms[Int(term[arc])]
      capacity[arc] = value
      residual[arc] = value
    }
    var flow = flowGreedily()
    while flow < Self.budget, measureDistances() {
      for vertex in 0..<vertices { current[vertex] = first[vertex] }
      flow += block(upTo: Self.budget - flow)
    }
    return flow
  }

  /// Sends what each vertex got on to higher vertices and to the sink, then what was too much back.
  private func flowGreedily() -> Int64 {
    for vertex in 0..<vertices { excess[vertex] = 0 }
    var rest = Self.budget
    for arc in Int(first[0])..<Int(first[1]) {
      var amount = residual[arc]
      // What an unlimited arc can carry on, and no more; in all no more than sums can hold.
      if amount >= Self.unlimited { amount = min(outgoing(Int(head[arc])), rest) }
      rest = max(0, rest - amount)
      push(amount, arc)
    }
    for vertex in 1..<sink where excess[vertex] > 0 {
      for arc in Int(first[vertex])..<Int(first[vertex + 1]) where Int(head[arc]) > vertex {
        guard residual[arc] > 0 else { continue }
        let amount = min(excess[vertex], residual[arc])
        push(amount, arc)
        excess[vertex] -= amount
        if excess[vertex] == 0 { break }
      }
    }
    for vertex in (1..<max(1, sink)).reversed() where excess[vertex] > 0 {
      for arc in Int(first[vertex])..<Int(first[vertex + 1]) where Int(head[arc]) < vertex {
        let amount = min(excess[vertex], residual[arc] - capacity[arc])
        guard amount > 0 else { continue }
        push(amount, arc)
        excess[vertex] -= amount
        if excess[vertex] == 0 { break }
      }
    }
    return excess[sink]
  }

  private func push(_ amount: Int64, _ arc: Int) {
    residual[arc] -= amount
    residual[Int(reverse[arc])] += amount
    excess[Int(head[arc])] += amount
  }

  /// The capacities that lead from a vertex to higher ones, added up.
  private func outgoing(_ vertex: Int) -> Int64 {
    var sum: Int64 = 0
    for arc in Int(first[vertex])..<Int(first[vertex + 1]) where Int(head[arc]) > vertex {
      sum = min(Self.unlimited, sum + residual[arc])
    }
    return sum
  }

  /// Counts the arcs with residual capacity from each vertex to the sink, -1 where none lead there.
  ///
  /// Returns whether the source is among those that reach it. Vertices farther than the source are not looked at.
  private func measureDistances() -> Bool {
    for vertex in 0..<vertices { distance[vertex] = -1 }
    distance[sink] = 0
    queue[0] = Int32(sink)
    var (front, back) = (0, 1)
    while front < back {
      let vertex = Int(queue[front])
      front += 1
      let next = distance[vertex] + 1
      for arc in Int(first[vertex])..<Int(first[vertex + 1]) {
        let neighbour = Int(head[arc])
        if distance[neighbour] < 0, residual[Int(reverse[arc])] > 0 {
          distance[neighbour] = next
          if neighbour == Self.source { return true }
          queue[back] = Int32(neighbour)
          back += 1
        }
      }
    }
    return false
  }

  /// Saturates every shortest path, but stops beyond a limit; the flow that was added.
  private func block(upTo limit: Int64) -> Int64 {
    var flow: Int64 = 0
    var length = 0
    var vertex = Self.source
    while flow < limit {
      if vertex == sink {
        flow += augment(&length, &vertex)
        continue
      }
      var arc = Int(current[vertex])
      let end = Int(first[vertex + 1])
      let next = distance[vertex] - 1
      while arc < end, residual[arc] == 0 || distance[Int(head[arc])] != next { arc += 1 }
      current[vertex] = Int32(arc)
      if arc < end, next >= 0 {
        path[length] = Int32(arc)
        length += 1
        vertex = Int(head[arc])
      } else {
        guard length > 0 else { return flow }
        length -= 1
        vertex = Int(head[Int(reverse[Int(path[length])])])
        current[vertex] += 1
      }
    }
    return flow
  }

  /// Pushes what the path can carry, and steps back to the tail of its first saturated arc.
  private func augment(_ length: inout Int, _ vertex: inout Int) -> Int64 {
    var amount = Int64.max
    for index in 0..<length { amount = min(amount, residual[Int(path[index])]) }
    for index in (0..<length).reversed() {
      let arc = Int(path[index])
      residual[arc] -= amount
      residual[Int(reverse[arc])] += amount
      if residual[arc] == 0 {
        length = index
        vertex = Int(head[Int(reverse[arc])])
      }
    }
    return amount
  }
}
