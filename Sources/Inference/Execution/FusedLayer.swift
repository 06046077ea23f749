/// What follows the main node of a fused layer, as its kernel is told.
struct FusedLayer {
  private(set) var epilogue = Epilogue()
  /// The value that the addition adds.
  private(set) var residual: ValueID?

  /// `nil` where some node of the layer has no counterpart in an epilogue.
  init?(_ layer: LayerGroup, in schedule: ExecutionSchedule) {
    let nodes = layer.nodes.map { schedule.graph.nodes[$0] }
    guard var tail = nodes[0].outputs.first ?? nil else { return nil }
    var index = 1
    while index < nodes.count {
      let node = nodes[index]
      let types = schedule.inputTypes(node)
      guard let output = node.outputs.first ?? nil else { return nil }
      switch node.operation {
      case let normalization as BatchNormalization:
        guard let (scale, shift) = normalization.scaleAndShift(for: types) else { return nil }
        (epilogue.scale, epilogue.shift) = (scale, shift)
      case is Add:
        guard let other = node.inputs.first(where: { $0 != tail }) ?? nil else { return nil }
        if let bias = schedule.types[other.index]?.constant {
          // x · 1 + b rounds as x + b does.
          epilogue.shift = bias.elements(as: Float.self)
          epilogue.scale = [Float](repeating: 1, count: bias.elementCount)
        } else {
          residual = other
          epilogue.addsResidual = true
        }
      case is Sigmoid where index + 1 < nodes.count:
        // Fusion lets a multiplication follow only where it makes a SiLU.
        epilogue.activation = .silu
        index += 1
        guard let product = nodes[index].outputs.first ?? nil else { return nil }
        tail = product
        index += 1
        continue
      case let function as any FusableActivation:
        guard let activation = function.activation(for: types) else { return nil }
        epilogue.activation = activation
      default: return nil
      }
      tail = output
      index += 1
    }
  }
}
