/// Sorts nodes so that each comes after those it reads from, and otherwise as in the file.
enum NodeOrder {
  /// `sources[n]` are the nodes that node `n` reads from; the order, or the nodes of a cycle.
  ///
  /// O(nodes + edges).
  static func sorted(_ sources: [[Int]]) -> Result<[Int], Cycle> {
    enum Mark { case new, open, done }
    var marks = [Mark](repeating: .new, count: sources.count)
    var order: [Int] = []
    order.reserveCapacity(sources.count)
    // A chain of a hundred thousand nodes in reverse would overflow the stack of a recursive search.
    var path: [(node: Int, next: Int)] = []
    for start in sources.indices where marks[start] == .new {
      marks[start] = .open
      path.append((start, 0))
      while let (node, next) = path.last {
        guard next < sources[node].count else {
          marks[node] = .done
          order.append(node)
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        let source = sources[node][next]
        switch marks[source] {
        case .done: break
        case .new:
          marks[source] = .open
          path.append((source, 0))
        case .open:
          let begin = path.firstIndex { $0.node == source } ?? 0
          return .failure(Cycle(nodes: path[begin...].map(\.node).reversed()))
        }
      }
    }
    return .success(order)
  }

  /// Nodes each of which reads from the one before it, and the first from the last.
  struct Cycle: Error {
    let nodes: [Int]
  }
}
