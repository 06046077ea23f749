import Inference
import Testing

/// Runs one operator as a network of one node.
func apply(
  _ name: String, _ inputs: [Tensor?], _ attributes: [String: Attribute] = [:], opset: Int = 17, outputs: Int = 1,
  constant: Set<Int> = [], threads: Int = 1
) throws -> [Tensor] {
  var builder = GraphBuilder(name: name, opsets: ["": opset])
  let ids = inputs.enumerated().map { index, tensor -> ValueID? in
    guard let tensor else { return nil }
    return constant.contains(index)
      ? builder.constant("in\(index)", tensor) : builder.input("in\(index)", tensor.elementType, tensor.shape)
  }
  let results = try builder.node("node", name, ids, attributes, outputNames: (0..<outputs).map { "out\($0)" })
  for case let result? in results { builder.output(result) }
  let given = inputs.enumerated().filter { !constant.contains($0.offset) }.compactMap(\.element)
  return try Executor(builder.build(), threads: threads).run(given)
}

/// The one result of an operator, twice: with all inputs but the first constant, and with none, so that its shape is
/// found once when the network is built and once when it runs.
func applyBothWays(
  _ name: String, _ inputs: [Tensor?], _ attributes: [String: Attribute] = [:], opset: Int = 17
) throws -> Tensor {
  let known = try apply(name, inputs, attributes, opset: opset, constant: Set(1..<max(1, inputs.count)))[0]
  let unknown = try apply(name, inputs, attributes, opset: opset)[0]
  #expect(known.isIdentical(to: unknown), "\(name): results differ by when the shape is inferred")
  return known
}

extension Tensor {
  /// Numbers counting from 0 under a shape.
  static func counting(_ shape: Int...) -> Tensor {
    Tensor(shape: shape, (0..<shape.reduce(1, *)).map(Float.init))
  }

  var floatElements: [Float] { elements(as: Float.self) }
  var int64Elements: [Int64] { elements(as: Int64.self) }
  var boolElements: [Bool] { elements(as: UInt8.self).map { $0 != 0 } }
}

func bools(_ shape: [Int], _ elements: [Bool]) -> Tensor { Tensor(.bool, shape: shape, elements: elements) }
