import RandomStreams

extension Tensor {
  /// Seeded elements: floats from the standard normal distribution, integers uniform in 0..<`limit`, bools at random.
  ///
  /// The elements depend on the seed, the name and their position alone.
  public static func random(
    _ elementType: ElementType = .float32, _ shape: [Int], seed: UInt64, name: String = "", limit: Int = 2
  ) throws -> Tensor {
    guard try checkedCount(shape) <= 1 << 28 else {
      throw ExecutionError("a random tensor of shape \(shape) is too large to make")
    }
    var stream = RandomStream(seed: seed, entity: name, purpose: "tensor")
    let count = shape.reduce(1, *)
    let target = Tensor(zeros: elementType, shape: shape)
    if elementType.isFloat {
      let floats = Tensor(shape: shape, (0..<count).map { _ in Float(stream.normal()) })
      try Cast.convert(floats, into: target, ExecutionContext())
    } else {
      let integers = (0..<count).map { _ in Int64(stream.integer(below: max(1, limit))) }
      try Cast.convert(Tensor(.int64, shape: shape, elements: integers), into: target, ExecutionContext())
    }
    return target
  }
}

extension Graph {
  /// Seeded inputs that the network can take: indices stay inside the tables they are looked up in.
  ///
  /// Throws `ShapeError` where an input's shape is not known.
  public func randomInputs(seed: UInt64) throws -> [Tensor] {
    try inputs.map { input in
      guard let type = self[input].type else {
        throw ShapeError("the shape of input '\(self[input].name)' is not known")
      }
      return try Tensor.random(
        type.elementType, type.shape, seed: seed, name: self[input].name, limit: indexLimit(of: input) ?? 2)
    }
  }

  /// The size of the smallest table in which a value's elements are looked up, `nil` where they are not.
  private func indexLimit(of value: ValueID) -> Int? {
    nodes.compactMap { node -> Int? in
      guard node.operatorName == "Gather", node.inputs.count > 1, node.inputs[1] == value,
        let table = node.inputs[0].flatMap({ self[$0].type }), let gather = node.operation as? Gather,
        let axis = try? normalizedAxis(gather.axis, rank: table.shape.count)
      else { return nil }
      return table.shape[axis]
    }.min()
  }
}
