import Inference

/// Builds a network layer by layer: ONNX operators (opset 17) with seeded weights.
///
/// Weighted sums get He's initialisation in its general form, Var w = 1 / (fan_in · E[x²]): 2 / fan_in behind a ReLU,
/// 1 / fan_in behind a linear layer. E[x²] is an estimate that travels with each value (`Signal`).
/// Source: He et al., "Delving Deep into Rectifiers", ICCV 2015, equations 6 to 10.
package struct NetworkBuilder {
  private var graph: GraphBuilder
  private let weights: WeightInitialiser
  private var uses: [String: Int] = [:]
  private var signals: [Int: Signal] = [:]

  init(name: String, weights: WeightInitialiser) {
    graph = GraphBuilder(name: name)
    self.weights = weights
  }

  mutating func input(_ name: String, _ elementType: ElementType, _ shape: [Int]) -> ValueID {
    graph.input(name, elementType, shape)
  }

  mutating func output(_ value: ValueID) { graph.output(value) }

  func build() -> Graph { graph.build() }

  /// The shape of a value; throws `ShapeError` where it is unknown.
  func shape(of value: ValueID) throws -> [Int] {
    guard let type = graph.type(of: value) else { throw ShapeError("a zoo network has a value of unknown shape") }
    return type.shape
  }

  func signal(of value: ValueID) -> Signal { signals[value.index] ?? .unit }

  /// Applies an operator with one output.
  ///
  /// Its signal is that of the first input unless given.
  mutating func apply(
    _ operatorName: String, _ name: String, _ inputs: [ValueID?], _ attributes: [String: Attribute] = [:],
    signal: Signal? = nil
  ) throws -> ValueID {
    try applyAll(operatorName, name, inputs, attributes, outputs: 1, signal: signal)[0]
  }

  /// Applies an operator with several outputs, named `name`, `name:1`, `name:2` and so on.
  ///
  /// A module that is used again gets `_1`, `_2` and so on behind its name, as torch.fx counts uses.
  mutating func applyAll(
    _ operatorName: String, _ name: String, _ inputs: [ValueID?], _ attributes: [String: Attribute] = [:],
    outputs: Int, signal: Signal? = nil
  ) throws -> [ValueID] {
    let name = unique(name)
    let names = (0..<outputs).map { $0 == 0 ? name : "\(name):\($0)" }
    let results = try graph.node(name, operatorName, inputs, attributes, outputNames: names).compactMap { $0 }
    guard results.count == outputs else { throw ShapeError("\(name): \(operatorName) has \(results.count) outputs") }
    let signal = signal ?? (inputs.first ?? nil).map { self.signal(of: $0) } ?? .unit
    for result in results { signals[result.index] = signal }
    return results
  }

  /// A seeded parameter.
  mutating func parameter(_ name: String, _ shape: [Int], _ distribution: WeightDistribution) -> ValueID {
    graph.constant(name, weights.tensor(name, shape, distribution))
  }

  /// The weights of sums over `fanIn` elements of `input`, such that the sums have the mean square `power`.
  mutating func weight(_ name: String, _ shape: [Int], fanIn: Int, over input: ValueID, power: Float = 1) -> ValueID {
    let deviation = (power / (Float(fanIn) * signal(of: input).power)).squareRoot()
    return parameter("\(name).weight", shape, .normal(deviation: deviation))
  }

  /// A small bias per channel.
  mutating func bias(_ name: String, _ count: Int) -> ValueID {
    parameter("\(name).bias", [count], .normal(deviation: 0.02))
  }

  /// A scalar that the network's definition fixes: no parameter.
  mutating func scalar(_ name: String, _ value: Float) -> ValueID {
    graph.constant(name, Tensor(shape: [], [value]))
  }

  /// Integers that an operator takes as an input: a shape, axes, sizes.
  mutating func integers(_ name: String, _ values: [Int]) -> ValueID {
    graph.constant(name, Tensor(int64s: values))
  }

  /// A constant that the network's definition fixes and that is no parameter, such as a mask.
  mutating func constant(_ name: String, _ tensor: Tensor) -> ValueID { graph.constant(name, tensor) }

  private mutating func unique(_ name: String) -> String {
    let use = uses[name, default: 0]
    uses[name] = use + 1
    return use == 0 ? name : "\(name)_\(use)"
  }
}
