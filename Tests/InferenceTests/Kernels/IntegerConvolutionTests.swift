import Inference
import Testing

/// Quantised convolutions on every instruction set against sums of Ints, bit for bit.
struct IntegerConvolutionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let input: [Int]
    let weights: [Int]
    var group = 1
    var type = ElementType.uint8
    var weightType = ElementType.int8
    /// One for all channels, or more than one for each channel another.
    var weightZeros = [0]
    var xZero = 7
    var isPerChannel = true
    var outputScale: Float = 0.9
    var strides = [1, 1]
    var dilations = [1, 1]
    var pads = [0, 0, 0, 0]

    var testDescription: String { "\(input) \(weights) \(group) \(type) \(weightType) \(weightZeros) \(pads)" }
  }

  static let cases = [
    // One row of 64 channels, more, and panels of every width, whole and not.
    Case(input: [1, 64, 5, 7], weights: [64, 64, 1, 1]), Case(input: [2, 8, 9, 9], weights: [130, 8, 1, 1]),
    Case(input: [1, 20, 7, 7], weights: [47, 20, 1, 1]), Case(input: [1, 4, 6, 5], weights: [24, 4, 1, 1]),
    Case(input: [1, 12, 3, 3], weights: [1, 12, 1, 1]), Case(input: [1, 16, 11, 3], weights: [33, 16, 1, 1]),
    // A number of channels that is not a multiple of four, and one.
    Case(input: [1, 3, 17, 19], weights: [70, 3, 7, 7], strides: [2, 2], pads: [3, 3, 3, 3]),
    Case(input: [1, 1, 6, 6], weights: [5, 1, 3, 3], pads: [1, 1, 1, 1]),
    Case(input: [1, 13, 5, 5], weights: [18, 13, 3, 3], pads: [1, 0, 2, 1]),
    Case(input: [2, 6, 8, 9], weights: [17, 6, 3, 3], strides: [2, 1], dilations: [2, 3], pads: [2, 3, 2, 3]),
    Case(input: [1, 8, 8, 8], weights: [16, 8, 1, 1], strides: [2, 2]),
    Case(input: [1, 4, 4, 4], weights: [3, 4, 2, 2], strides: [3, 3], pads: [0, 0, 4, 4]),
    // Signs and zero points.
    Case(input: [1, 16, 6, 6], weights: [32, 16, 3, 3], type: .int8, xZero: -3, pads: [1, 1, 1, 1]),
    Case(input: [1, 16, 6, 6], weights: [32, 16, 1, 1], type: .int8, xZero: -128),
    Case(input: [1, 16, 6, 6], weights: [32, 16, 3, 3], weightType: .uint8, weightZeros: [128], xZero: 255),
    Case(input: [1, 16, 6, 6], weights: [32, 16, 3, 3], weightType: .uint8, weightZeros: [0], pads: [1, 1, 1, 1]),
    Case(input: [1, 5, 6, 6], weights: [9, 5, 3, 3], weightZeros: [1, -128, 127], pads: [1, 1, 1, 1]),
    Case(input: [1, 5, 6, 6], weights: [9, 5, 1, 1], type: .int8, weightZeros: [5], isPerChannel: false),
    // Factors above 1, where sums leave the range of 32 bits on the way.
    Case(input: [1, 64, 4, 4], weights: [64, 64, 1, 1], outputScale: 1e-9),
    Case(input: [1, 8, 4, 4], weights: [8, 1, 3, 3], group: 8, outputScale: 1e-9, pads: [1, 1, 1, 1]),
    // Groups.
    Case(input: [2, 12, 6, 6], weights: [18, 4, 3, 3], group: 3, pads: [1, 1, 1, 1]),
    Case(input: [1, 6, 6, 6], weights: [12, 1, 3, 3], group: 6, pads: [1, 1, 1, 1]),
    Case(input: [1, 10, 5, 5], weights: [4, 5, 1, 1], group: 2, type: .int8),
    // Depthwise: vectors that are full, too long and several, all borders.
    Case(input: [1, 64, 7, 8], weights: [64, 1, 3, 3], group: 64, pads: [1, 1, 1, 1]),
    Case(input: [2, 80, 7, 9], weights: [80, 1, 3, 3], group: 80, strides: [2, 2], pads: [1, 1, 1, 1]),
    Case(input: [1, 5, 1, 1], weights: [5, 1, 3, 3], group: 5, pads: [1, 1, 1, 1]),
    Case(input: [1, 5, 2, 6], weights: [5, 1, 3, 3], group: 5, pads: [2, 2, 2, 2]),
    Case(input: [1, 33, 6, 6], weights: [33, 1, 3, 3], group: 33, type: .int8, xZero: 11, pads: [0, 1, 1, 0]),
    Case(input: [1, 70, 9, 9], weights: [70, 1, 5, 5], group: 70, strides: [2, 1], pads: [2, 2, 2, 2]),
    Case(input: [1, 6, 9, 9], weights: [6, 1, 3, 3], group: 6, dilations: [2, 2], pads: [2, 2, 2, 2]),
    Case(input: [1, 6, 9, 9], weights: [6, 1, 3, 3], group: 6, strides: [1, 3], dilations: [2, 1]),
    Case(input: [1, 6, 5, 5], weights: [6, 1, 3, 3], group: 6, weightZeros: [3, 0, -7], pads: [1, 1, 1, 1]),
    Case(input: [1, 6, 5, 5], weights: [6, 1, 3, 3], group: 6, weightType: .uint8, weightZeros: [128]),
    Case(input: [1, 6, 5, 5], weights: [6, 1, 2, 4], group: 6, type: .int8, pads: [1, 1, 1, 1]),
  ]

  @Test(arguments: InstructionSet.available, cases)
  func isExact(on isa: InstructionSet, example: Case) throws {
    let problem = try Problem(example)
    let expected = problem.expected()
    for threads in [1, 3] {
      let run = try OperatorRun("QLinearConv", problem.inputs, problem.attributes)
      #expect(try run.outputs(on: isa, threads: threads)[0].integers() == expected)
      #expect(try run.fused(Epilogue(), on: isa, threads: threads).integers() == expected)
      var (inputs, attributes) = (problem.inputs, problem.attributes)
      inputs[0] = try turned(problem.inputs[0]!, [0, 2, 3, 1])
      attributes["channels_last"] = .int(1)
      let last = try OperatorRun("QLinearConv", domain: "com.microsoft", inputs, attributes)
        .fused(Epilogue(), on: isa, threads: threads)
      #expect(try turned(last, [0, 3, 1, 2]).integers() == expected)
    }
    let sums = try OperatorRun(
      "ConvInteger", [0, 3, 2, 5].map { problem.inputs[$0] }, problem.attributes
    ).fused(Epilogue(), on: isa, threads: 2)
    #expect(sums.integers() == problem.sums())
  }

  private func turned(_ tensor: Tensor, _ order: [Int]) throws -> Tensor {
    try OperatorRun("Transpose", [tensor], ["perm": .ints(order)]).outputs()[0]
  }

  /// The operands of QLinearConv, and its results as the specification says.
  private struct Problem {
    let example: Case
    let inputs: [Tensor?]
    let attributes: [String: Attribute]
    private let scales: [Float]
    private let zeros: [Int]
    private let bias: [Int]
    private let yZero = 20

    init(_ example: Case) throws {
      self.example = example
      let channels = example.weights[0]
      let count = example.isPerChannel ? channels : 1
      scales = (0..<count).map { 0.0004 * Float($0 % 7 + 1) }
      zeros = (0..<channels).map { example.weightZeros[$0 % example.weightZeros.count] }
      bias = (0..<channels).map { $0 * 100 - 150 }
      func scalar(_ value: Int) -> Tensor {
        Tensor(example.type, shape: [], elements: [UInt8(truncatingIfNeeded: value)])
      }
      inputs = [
        .randomBytes(example.type, example.input, seed: 1), .scalar(0.05), scalar(example.xZero),
        .randomBytes(example.weightType, example.weights, seed: 2),
        Tensor(shape: count == 1 ? [] : [count], scales),
        Tensor(
          example.weightType, shape: count == 1 ? [] : [count],
          elements: zeros.prefix(count).map { UInt8(truncatingIfNeeded: $0) }),
        .scalar(example.outputScale), scalar(yZero),
        Tensor(.int32, shape: [channels], elements: bias.map { Int32($0) }),
      ]
      attributes = [
        "group": .int(example.group), "strides": .ints(example.strides), "dilations": .ints(example.dilations),
        "pads": .ints(example.pads),
      ]
    }

    /// Without bias.
    func sums() -> [Int] {
      let (x, w) = (inputs[0]!.integers()!, inputs[3]!.integers()!)
      let (input, weights) = (example.input, example.weights)
      let output = (0..<2).map { axis in
        let reach = (weights[2 + axis] - 1) * example.dilations[axis] + 1
        return (input[2 + axis] + example.pads[axis] + example.pads[2 + axis] - reach) / example.strides[axis] + 1
      }
      var sums: [Int] = []
      for sample in 0..<input[0] {
        for channel in 0..<weights[0] {
          let first = channel / (weights[0] / example.group) * weights[1]
          for y in 0..<output[0] {
            for x0 in 0..<output[1] {
              var sum = 0
              for c in 0..<weights[1] {
                for ky in 0..<weights[2] {
                  let row = y * example.strides[0] + ky * example.dilations[0] - example.pads[0]
                  guard row >= 0, row < input[2] else { continue }
                  for kx in 0..<weights[3] {
                    let column = x0 * example.strides[1] + kx * example.dilations[1] - example.pads[1]
                    guard column >= 0, column < input[3] else { continue }
                    let at = ((sample * input[1] + first + c) * input[2] + row) * input[3] + column
                    let weight = w[((channel * weights[1] + c) * weights[2] + ky) * weights[3] + kx]
                    sum += (x[at] - example.xZero) * (weight - zeros[channel])
                  }
                }
              }
              sums.append(sum)
            }
          }
        }
      }
      return sums
    }

    func expected() -> [Int] {
      let sums = sums()
      let positions = sums.count / (example.input[0] * example.weights[0])
      let (least, greatest) = example.type == .int8 ? (-128, 127) : (0, 255)
      return sums.enumerated().map { index, sum in
        let channel = index / positions % example.weights[0]
        let scale = scales.count == 1 ? scales[0] : scales[channel]
        let factor = 0.05 * scale / example.outputScale
        let real = (Float(sum + bias[channel]) * factor).rounded(.toNearestOrEven)
        return max(least, min(greatest, Int(max(-1e6, min(1e6, real))) + yZero))
      }
    }
  }
}
