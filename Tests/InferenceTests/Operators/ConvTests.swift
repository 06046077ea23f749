import Inference
import Testing

struct ConvTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var input: [Int]
    var weights: [Int]
    var group = 1
    var strides: [Int]?
    var dilations: [Int]?
    var pads: [Int]?

    var testDescription: String {
      "\(input) * \(weights) group \(group) strides \(strides ?? []) dilations \(dilations ?? []) pads \(pads ?? [])"
    }

    var attributes: [String: Attribute] {
      var attributes: [String: Attribute] = ["group": .int(group)]
      if let strides { attributes["strides"] = .ints(strides) }
      if let dilations { attributes["dilations"] = .ints(dilations) }
      if let pads { attributes["pads"] = .ints(pads) }
      return attributes
    }
  }

  /// Tile edges (4, 6, 8 rows; 8, 16, 48 columns), every way to pad, and each method.
  static let cases: [Case] = [
    Case(input: [1, 3, 9, 11], weights: [8, 3, 3, 3], pads: [1, 1, 1, 1]),
    Case(input: [2, 5, 13, 7], weights: [9, 5, 3, 3], strides: [2, 2], pads: [1, 0, 2, 1]),
    Case(input: [1, 3, 30, 31], weights: [16, 3, 7, 7], strides: [2, 2], pads: [3, 3, 3, 3]),
    Case(input: [1, 3, 25, 23], weights: [5, 3, 5, 5], strides: [4, 3], pads: [2, 2, 2, 2]),
    Case(input: [1, 4, 12, 12], weights: [6, 4, 3, 3], dilations: [2, 3], pads: [2, 3, 2, 3]),
    Case(input: [1, 64, 7, 7], weights: [50, 64, 1, 1]),
    Case(input: [1, 330, 7, 7], weights: [33, 330, 1, 1]),
    Case(input: [3, 40, 7, 7], weights: [96, 40, 3, 3], pads: [1, 1, 1, 1]),
    Case(input: [1, 7, 15, 33], weights: [13, 7, 1, 1]),
    Case(input: [1, 16, 14, 14], weights: [8, 16, 1, 1], strides: [2, 2]),
    Case(input: [1, 400, 24, 25], weights: [17, 400, 1, 1]),
    Case(input: [1, 8, 10, 10], weights: [12, 4, 3, 3], group: 2, pads: [1, 1, 1, 1]),
    Case(input: [2, 6, 11, 17], weights: [6, 1, 3, 3], group: 6, pads: [1, 1, 1, 1]),
    Case(input: [1, 6, 11, 35], weights: [12, 1, 3, 3], group: 6, strides: [2, 2], pads: [0, 0, 1, 1]),
    Case(input: [1, 3, 19, 20], weights: [3, 1, 5, 5], group: 3, strides: [2, 1], pads: [2, 2, 2, 2]),
    Case(
      input: [1, 3, 20, 40], weights: [3, 1, 3, 5], group: 3, strides: [1, 3], dilations: [2, 2], pads: [4, 4, 4, 4]),
    Case(input: [1, 2, 50], weights: [3, 2, 5], strides: [2], pads: [3, 1]),
    Case(input: [2, 4, 33], weights: [4, 1, 3], group: 4, dilations: [4], pads: [8, 0]),
    Case(input: [1, 2, 5, 6, 7], weights: [4, 1, 3, 2, 3], group: 2, strides: [1, 2, 1], pads: [1, 0, 1, 1, 0, 1]),
    Case(input: [1, 2, 3, 3], weights: [2, 2, 3, 3], pads: [5, 5, 5, 5]),
    // Tiles of 4x4 and 2x2 outputs with every kind of border, several blocks, and runs of tiles in a row.
    Case(input: [2, 19, 14, 13], weights: [37, 19, 3, 3], pads: [1, 1, 1, 1]),
    Case(input: [1, 24, 17, 120], weights: [50, 24, 3, 3], pads: [0, 2, 1, 0]),
    Case(input: [1, 70, 7, 7], weights: [80, 70, 3, 3], pads: [1, 1, 1, 1]),
    Case(input: [3, 33, 6, 6], weights: [65, 33, 3, 3]),
    Case(input: [1, 16, 5, 4], weights: [64, 16, 3, 3], pads: [4, 3, 5, 4]),
    Case(input: [1, 48, 57, 59], weights: [49, 48, 3, 3], pads: [1, 1, 1, 1]),
    // Windows read where they lie: several panels of channels, bands of rows, with and without a padded copy.
    Case(input: [2, 5, 23, 29], weights: [70, 5, 5, 4], strides: [2, 1], dilations: [1, 2], pads: [2, 3, 1, 0]),
    Case(input: [1, 40, 20, 16], weights: [64, 40, 1, 1], strides: [2, 2]),
    Case(input: [1, 300, 14, 14], weights: [200, 300, 1, 1]),
    Case(input: [1, 3, 60, 65], weights: [32, 3, 11, 11], strides: [4, 4], pads: [2, 2, 2, 2]),
    // Depthwise with rows that fill no vector.
    Case(input: [2, 21, 7, 7], weights: [21, 1, 3, 3], group: 21, pads: [1, 1, 1, 1]),
    Case(input: [1, 35, 14, 13], weights: [35, 1, 3, 3], group: 35, strides: [2, 2], pads: [1, 1, 1, 1]),
    Case(input: [1, 18, 9, 8], weights: [18, 1, 5, 2], group: 18, dilations: [2, 3], pads: [4, 3, 4, 0]),
    Case(input: [1, 16, 30, 31], weights: [16, 1, 3, 3], group: 16, pads: [1, 1, 1, 1]),
    Case(input: [1, 1, 1, 70], weights: [1, 1, 1, 20], strides: [1, 2], pads: [0, 9, 0, 9]),
  ]

  @Test(arguments: InstructionSet.available, cases)
  func agreesWithTheDefinition(on isa: InstructionSet, shape: Case) throws {
    let tensors = operands(shape)
    let run = try OperatorRun("Conv", tensors, shape.attributes)
    let result = try run.outputs(on: isa)[0]
    let expected = ReferenceConvolution(tensors[0], tensors[1], group: shape.group, result.shape, shape)
    // Every one of the terms rounds once or twice; the sum of their magnitudes bounds each rounding.
    let terms = Double(shape.weights.dropFirst().reduce(1, *) + 2)
    let difference = zip(result.doubles, zip(expected.sums(bias: tensors[2]), expected.magnitudes)).map {
      abs($0 - $1.0) / ($1.1 + 1)
    }.max()!
    #expect(difference <= 2 * terms * Double(Float.ulpOfOne))
  }

  /// Neither threads nor the place in a batch may change a bit.
  @Test(arguments: InstructionSet.available, cases)
  func bitsDependOnNeitherThreadsNorBatch(on isa: InstructionSet, shape: Case) throws {
    let tensors = operands(shape)
    let run = try OperatorRun("Conv", tensors, shape.attributes)
    let one = try run.outputs(on: isa)[0]
    #expect(try run.outputs(on: isa, threads: 3)[0].isIdentical(to: one))
    let batch = shape.input[0]
    for sample in 0..<batch where batch > 1 {
      let part = [1] + shape.input[1...]
      let count = part.reduce(1, *)
      let slice = Tensor(
        shape: part, Array(tensors[0].elements(as: Float.self)[(sample * count)..<((sample + 1) * count)]))
      let alone = try OperatorRun("Conv", [slice, tensors[1], tensors[2]], shape.attributes).outputs(on: isa)[0]
      let size = alone.elementCount
      #expect(
        alone.elements(as: Float.self)
          == Array(one.elements(as: Float.self)[(sample * size)..<((sample + 1) * size)]))
    }
  }

  @Test(
    arguments: InstructionSet.available,
    [
      cases[0], cases[6], cases[7], cases[10], cases[12], cases[13], cases[18], cases[20], cases[22],
      cases[26], cases[28], cases[30], cases[31],
    ])
  func fusedStepsRoundAsSeparateOperators(on isa: InstructionSet, shape: Case) throws {
    let tensors = operands(shape)
    let run = try OperatorRun("Conv", tensors, shape.attributes)
    let plain = try run.outputs(on: isa)[0]
    let channels = plain.shape[1]
    let parameters = (0..<4).map { index -> Tensor in
      let values = Tensor.random([channels], seed: 20 + index).elements(as: Float.self)
      return Tensor(shape: [channels], index == 3 ? values.map { abs($0) + 0.1 } : values)
    }
    let scale = zip(parameters[0].elements(as: Float.self), parameters[3].elements(as: Float.self)).map {
      $0 / ($1 + 1e-5).squareRoot()
    }
    let shift = (0..<channels).map { parameters[1].floats[$0] - parameters[2].floats[$0] * scale[$0] }
    let normalized = try OperatorRun("BatchNormalization", [plain] + parameters).outputs(on: isa)[0]
    let residual = Tensor.random(plain.shape, seed: 30)
    let sum = try OperatorRun("Add", [normalized, residual]).outputs(on: isa)[0]
    let activations: [(Activation, String, [String: Attribute])] = [
      (.relu, "Relu", [:]), (.leakyRelu(slope: 0.1), "LeakyRelu", ["alpha": .float(0.1)]), (.sigmoid, "Sigmoid", [:]),
      (.tanh, "Tanh", [:]), (.hardSwish, "HardSwish", [:]),
      (.hardSigmoid(alpha: 0.2, beta: 0.5), "HardSigmoid", [:]),
    ]
    for (activation, name, attributes) in activations {
      var epilogue = Epilogue()
      (epilogue.scale, epilogue.shift) = (scale, shift)
      epilogue.addsResidual = true
      epilogue.activation = activation
      let fused = try run.fused(epilogue, residual: residual, on: isa, threads: 2)
      let separate = try OperatorRun(name, [sum], attributes).outputs(on: isa)[0]
      #expect(fused.isIdentical(to: separate))
    }
    var silu = Epilogue()
    silu.activation = .silu
    let gate = try OperatorRun("Sigmoid", [plain]).outputs(on: isa)[0]
    #expect(
      try run.fused(silu, on: isa).isIdentical(to: OperatorRun("Mul", [plain, gate]).outputs(on: isa)[0]))
  }

  @Test func padsAsAskedByName() throws {
    let (x, w) = (Tensor.random([1, 2, 8, 9], seed: 1), Tensor.random([3, 2, 4, 3], seed: 2))
    func result(_ attributes: [String: Attribute]) throws -> Tensor {
      try OperatorRun("Conv", [x, w], attributes).outputs()[0]
    }
    let upper = try result(["auto_pad": .string("SAME_UPPER"), "strides": .ints([2, 2])])
    #expect(upper.shape == [1, 3, 4, 5])
    #expect(upper.isIdentical(to: try result(["pads": .ints([1, 1, 1, 1]), "strides": .ints([2, 2])])))
    let lower = try result(["auto_pad": .string("SAME_LOWER")])
    #expect(lower.isIdentical(to: try result(["pads": .ints([2, 1, 1, 1])])))
    #expect(try result(["auto_pad": .string("VALID")]).shape == [1, 3, 5, 7])
  }

  @Test func refusesWhatDoesNotFit() throws {
    let x = Tensor.random([1, 4, 5, 5], seed: 1)
    func check(_ weights: [Int], bias: [Int]? = nil, _ attributes: [String: Attribute] = [:]) {
      #expect(throws: ShapeError.self) {
        _ = try OperatorRun(
          "Conv", [x, Tensor(zeros: .float32, shape: weights), bias.map { Tensor(zeros: .float32, shape: $0) }],
          attributes
        ).outputs()
      }
    }
    check([2, 3, 3, 3])
    check([2, 4, 6, 6])
    check([2, 4, 3, 3], bias: [3])
    check([3, 2, 3, 3], ["group": .int(2)])
    check([2, 4, 3, 3], ["strides": .ints([0, 1])])
    check([2, 4, 3, 3], ["pads": .ints([1, 1])])
    check([2, 4, 3, 3], ["auto_pad": .string("SOMEHOW")])
    check([2, 4, 3, 3], ["kernel_shape": .ints([1, 1])])
  }

  @Test func countsMultiplyAccumulates() throws {
    let run = try OperatorRun(
      "Conv", [Tensor.random([2, 8, 6, 6], seed: 1), Tensor.random([8, 1, 3, 3], seed: 2)], ["group": .int(8)])
    #expect(run.operation.macs(for: run.types, outputs: try run.operation.outputs(for: run.types)) == 2 * 8 * 16 * 9)
    #expect(run.operation.costClass(for: run.types) == .depthwise)
  }

  private func operands(_ shape: Case) -> [Tensor] {
    [
      .random(shape.input, seed: 1), .random(shape.weights, seed: 2), .random([shape.weights[0]], seed: 3),
    ]
  }
}

/// Convolution by its definition in double precision, for one to three spatial dimensions.
struct ReferenceConvolution {
  private(set) var magnitudes: [Double] = []
  private var products: [Double] = []
  private let outputShape: [Int]

  init(_ x: Tensor, _ w: Tensor, group: Int, _ outputShape: [Int], _ shape: ConvTests.Case) {
    self.outputShape = outputShape
    let rank = x.shape.count - 2
    func three(_ values: [Int], _ fill: Int) -> [Int] { [Int](repeating: fill, count: 3 - rank) + values }
    let input = three([Int](x.shape[2...]), 1)
    let output = three([Int](outputShape[2...]), 1)
    let kernel = three([Int](w.shape[2...]), 1)
    let strides = three(shape.strides ?? [Int](repeating: 1, count: rank), 1)
    let dilations = three(shape.dilations ?? [Int](repeating: 1, count: rank), 1)
    let pads = three([Int]((shape.pads ?? [Int](repeating: 0, count: 2 * rank))[..<rank]), 0)
    let (xs, ws) = (x.doubles, w.doubles)
    let (channels, perGroup) = (x.shape[1] / group, outputShape[1] / group)
    for sample in 0..<outputShape[0] {
      for m in 0..<outputShape[1] {
        for place in Self.positions(output) {
          var (sum, magnitude) = (0.0, 0.0)
          for c in 0..<channels {
            for tap in Self.positions(kernel) {
              let at = (0..<3).map { place[$0] * strides[$0] - pads[$0] + tap[$0] * dilations[$0] }
              guard zip(at, input).allSatisfy({ $0 >= 0 && $0 < $1 }) else { continue }
              let plane = sample * x.shape[1] + m / perGroup * channels + c
              let value = xs[((plane * input[0] + at[0]) * input[1] + at[1]) * input[2] + at[2]]
              let weight = ws[(((m * channels + c) * kernel[0] + tap[0]) * kernel[1] + tap[1]) * kernel[2] + tap[2]]
              sum += value * weight
              magnitude += abs(value * weight)
            }
          }
          products.append(sum)
          magnitudes.append(magnitude)
        }
      }
    }
  }

  func sums(bias: Tensor) -> [Double] {
    let positions = outputShape[2...].reduce(1, *)
    return products.enumerated().map { $1 + Double(bias.floats[$0 / positions % outputShape[1]]) }
  }

  private static func positions(_ sizes: [Int]) -> [[Int]] {
    (0..<sizes[0]).flatMap { z in (0..<sizes[1]).flatMap { y in (0..<sizes[2]).map { [z, y, $0] } } }
  }
}
