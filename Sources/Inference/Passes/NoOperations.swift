/// Removes nodes that hand on their input as it is.
///
/// Identity, Dropout outside training, Cast to the same type, reshaping to the same shape, transposing without moving
/// anything, padding by nothing, slicing everything, concatenating or adding up one tensor, multiplying or dividing by
/// one, subtracting zero, pooling with a window of one.
struct NoOperations: GraphPass {
  static let name = "no-ops"
  static let summary = "removes nodes that hand on their input: Identity, Dropout, casts to the same type, ..."
  static let exactness = PassExactness.identical

  func run(on graph: inout GraphEditor) {
    for index in graph.nodes.indices {
      guard let node = graph.nodes[index], let input = handedOn(node, in: graph),
        node.outputs.dropFirst().allSatisfy({ $0.map { !graph.isOutput($0) && graph.readers($0).isEmpty } ?? true })
      else { continue }
      _ = graph.bypass(index, input: input)
    }
  }

  private func handedOn(_ node: Graph.Node, in graph: GraphEditor) -> ValueID? {
    guard node.domain.isEmpty, let input = node.inputs.first ?? nil else { return nil }
    let (type, result) = (graph.type(input), graph.type(node.outputs.first ?? nil))
    let keepsType = type != nil && type?.shape == result?.shape && type?.elementType == result?.elementType
    func one(_ position: Int) -> Bool {
      guard position < node.inputs.count, let constant = graph.constant(node.inputs[position]),
        constant.elementCount == 1
      else { return false }
      return constant.elementType == .float32 ? constant.floats[0] == 1 : constant.integers() == [1]
    }
    switch node.operatorName {
    case "Identity": return input
    case "Dropout": return node.inputs.count < 3 || graph.constant(node.inputs[2]) != nil ? input : nil
    case "Sum", "Max", "Min", "Mean", "Concat": return node.inputs.count == 1 && keepsType ? input : nil
    case "Cast", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Expand", "Pad", "Slice", "Tile":
      guard keepsType else { return nil }
      // Negative pads beside positive ones, and steps of -1, keep the shape but not the elements.
      if node.operatorName == "Pad" { return pads(of: node, graph)?.allSatisfy { $0 == 0 } ?? false ? input : nil }
      if node.operatorName == "Slice" { return isWhole(node, graph) ? input : nil }
      return input
    case "Transpose":
      guard let rank = type?.shape.count, keepsType else { return nil }
      let permutation = node.ints("perm") ?? (0..<rank).reversed()
      return permutation == Array(0..<rank) ? input : nil
    case "MaxPool", "AveragePool":
      let isOne = node.ints("kernel_shape")?.allSatisfy { $0 == 1 } ?? false
      let moves = (node.ints("strides") ?? []).contains { $0 != 1 } || (node.ints("pads") ?? []).contains { $0 != 0 }
      return isOne && !moves && keepsType ? input : nil
    case "Mul" where keepsType && one(1), "Div" where keepsType && one(1): return input
    case "Mul" where one(0) && node.inputs.count == 2:
      guard let other = node.inputs[1], let otherType = graph.type(other), otherType.shape == result?.shape else {
        return nil
      }
      return other
    case "Sub":
      guard keepsType, node.inputs.count == 2, let constant = graph.constant(node.inputs[1]),
        constant.elementCount == 1, constant.elementType == .float32
      else { return nil }
      // x - 0 is x for every x; x + 0 is not, where x is -0.
      return constant.floats[0] == 0 && constant.floats[0].sign == .plus ? input : nil
    default: return nil
    }
  }

  private func pads(of node: Graph.Node, _ graph: GraphEditor) -> [Int]? {
    node.ints("pads") ?? (node.inputs.count > 1 ? graph.constant(node.inputs[1])?.integers() : nil)
  }

  /// Whether a slice of the input's own shape runs forwards: then it is the input.
  private func isWhole(_ node: Graph.Node, _ graph: GraphEditor) -> Bool {
    guard node.inputs.count > 4, let steps = node.inputs[4] else { return true }
    return graph.constant(steps)?.integers()?.allSatisfy { $0 > 0 } ?? false
  }
}
