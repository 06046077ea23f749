/// What can be known of values before the network runs.
enum TypeInference {
  /// Constants of more elements are computed when an executor is made, not when the network is read.
  static let foldedElements = 1_024

  /// The types of a node's outputs, with their values where all inputs are constant and the result is small.
  ///
  /// `inputs` is `nil` where an input is left out or, as `isPresent` tells, not known. Empty, or `nil` for some outputs,
  /// where the types depend on data. Throws `ShapeError` where the inputs do not fit.
  static func outputs(
    of operation: any Operator, inputs: [TensorType?], isPresent: [Bool]
  ) throws -> [TensorType?] {
    if let operation = operation as? any RunTimeOperator {
      return try operation.outputTypes(for: inputs, isPresent: isPresent)
    }
    if zip(inputs, isPresent).contains(where: { $0 == nil && $1 }) { return [] }
    let types: [TensorType]
    do { types = try operation.outputs(for: inputs) } catch let error as ShapeError where error.needsValue {
      return []
    }
    return values(of: operation, inputs: inputs, outputs: types, limit: foldedElements) ?? types
  }

  /// The outputs computed at once where all inputs are constant and no output has more than `limit` elements, else `nil`.
  ///
  /// A node that fails is left to fail when it runs, if it ever does.
  static func values(
    of operation: any Operator, inputs: [TensorType?], outputs: [TensorType], limit: Int
  ) -> [TensorType]? {
    // A loop could run for long, and nothing is allocated for it beforehand.
    if operation is any RunTimeOperator { return nil }
    // Weights stay quantised until it is decided which kernels compute with them.
    if operation is DequantizeLinear, limit <= foldedElements { return nil }
    let present = inputs.compactMap { $0 }
    guard !present.isEmpty, present.allSatisfy({ $0.constant != nil }), outputs.contains(where: { $0.constant == nil }),
      outputs.allSatisfy({ $0.elementCount <= limit })
    else { return nil }
    let results = outputs.map { Tensor(zeros: $0.elementType, shape: $0.shape) }
    do {
      try operation.execute(inputs.map { $0?.constant }, into: results, using: ExecutionContext())
    } catch { return nil }
    return results.map(TensorType.init(constant:))
  }
}

extension Graph {
  /// The network without nodes whose results are known already or that nobody needs.
  ///
  /// Chains of Shape, Gather and Concat that exporters leave behind vanish. Values keep their place and name.
  public func simplified() -> Graph {
    var needed = outputFlags()
    var keeps = [Bool](repeating: false, count: nodes.count)
    for index in nodes.indices.reversed() {
      let made = nodes[index].outputs.compactMap { $0 }.filter { needed[$0.index] }
      guard made.contains(where: { self[$0].type?.constant == nil }) else { continue }
      keeps[index] = true
      for case let input? in nodes[index].inputs { needed[input.index] = true }
    }
    var result = self
    result.nodes = nodes.indices.filter { keeps[$0] }.map { nodes[$0] }
    return result
  }

  /// The network for inputs of other shapes, in the order of `inputs`, with all types inferred again.
  ///
  /// Throws `ShapeError` where the shapes do not fit the network.
  public func withInputs(shaped shapes: [[Int]]) throws -> Graph {
    guard shapes.count == inputs.count else {
      throw ShapeError("\(shapes.count) input shapes for a network of \(inputs.count) inputs")
    }
    var result = self
    for (id, shape) in zip(inputs, shapes) {
      _ = try checkedCount(shape)
      result.values[id.index].type = TensorType(self[id].type?.elementType ?? .float32, shape)
    }
    for node in nodes {
      let types: [TensorType?]
      do {
        types = try TypeInference.outputs(
          of: node.operation, inputs: result.inputTypes(of: node), isPresent: node.inputs.map { $0 != nil })
      } catch let error as ShapeError {
        throw ShapeError("\(node.name): \(error.description)", needsValue: error.needsValue)
      }
      for (index, output) in node.outputs.enumerated() {
        if let output { result.values[output.index].type = index < types.count ? types[index] : nil }
      }
    }
    return result
  }

  /// Throws `ShapeError` unless every node reads only what is given or made before it, and makes each value once.
  public func checkOrder() throws {
    var isKnown = values.map { $0.type?.constant != nil }
    var isMade = [Bool](repeating: false, count: values.count)
    for input in inputs { isKnown[input.index] = true }
    for node in nodes {
      for case let input? in node.inputs where !isKnown[input.index] {
        throw ShapeError("\(node.name) reads '\(self[input].name)', which is not made before it")
      }
      for case let output? in node.outputs {
        guard !isMade[output.index], !inputs.contains(output) else {
          throw ShapeError("\(node.name) makes '\(self[output].name)', which is there already")
        }
        isMade[output.index] = true
        isKnown[output.index] = true
      }
    }
    for output in outputs where !isKnown[output.index] {
      throw ShapeError("nothing makes the output '\(self[output].name)'")
    }
  }
}
