import Inference
import Testing

struct ConvTransposeTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var input: [Int]
    /// As `[C, M / group, height, width]`.
    var weights: [Int]
    var group = 1
    var strides = [1, 1]
    var dilations = [1, 1]
    var pads = [0, 0, 0, 0]
    var outputPadding = [0, 0]

    var testDescription: String {
      "\(input) * \(weights) group \(group) strides \(strides) dilations \(dilations) pads \(pads) + \(outputPadding)"
    }
  }

  static let cases: [Case] = [
    Case(input: [1, 1, 1, 1], weights: [1, 1, 1, 1]),
    Case(input: [1, 3, 5, 7], weights: [3, 4, 3, 3]),
    Case(input: [2, 4, 6, 5], weights: [4, 5, 2, 2], strides: [2, 2]),
    Case(input: [1, 6, 4, 9], weights: [6, 2, 3, 5], group: 2, strides: [1, 2], pads: [1, 2, 1, 2]),
    Case(input: [1, 8, 1, 33], weights: [8, 1, 1, 5], group: 8, strides: [1, 2], pads: [0, 2, 0, 2]),
    Case(input: [1, 16, 3, 17], weights: [16, 16, 3, 3], dilations: [2, 1], pads: [2, 1, 2, 1]),
    Case(input: [1, 2, 4, 4], weights: [2, 3, 3, 3], strides: [2, 3], pads: [1, 1, 1, 1], outputPadding: [1, 2]),
    Case(input: [1, 17, 7, 15], weights: [17, 33, 4, 4], strides: [2, 2], pads: [1, 1, 1, 1]),
  ]

  @Test(arguments: InstructionSet.available, cases)
  func agreesWithTheDefinition(on isa: InstructionSet, shape: Case) throws {
    let tensors = operands(shape)
    let result = try OperatorRun("ConvTranspose", tensors, attributes(shape)).outputs(on: isa)[0]
    let expected = reference(shape, tensors, output: result.shape)
    let terms = Double(shape.weights[0] * shape.weights[2] * shape.weights[3] + 1)
    #expect(result.excess(over: expected, absolute: terms * 1.2e-7, relative: 1e-6) <= 1)
  }

  @Test(arguments: cases)
  func threadsDoNotChangeABit(shape: Case) throws {
    let run = try OperatorRun("ConvTranspose", operands(shape), attributes(shape))
    #expect(try run.outputs(threads: 1)[0].isIdentical(to: run.outputs(threads: 3)[0]))
  }

  private func operands(_ shape: Case) -> [Tensor] {
    [
      .random(shape.input, seed: 1), .random(shape.weights, seed: 2),
      .random([shape.weights[1] * shape.group], seed: 3),
    ]
  }

  private func attributes(_ shape: Case) -> [String: Attribute] {
    [
      "group": .int(shape.group), "strides": .ints(shape.strides), "dilations": .ints(shape.dilations),
      "pads": .ints(shape.pads), "output_padding": .ints(shape.outputPadding),
    ]
  }

  /// Every input element scattered into the output, in double precision.
  private func reference(_ shape: Case, _ tensors: [Tensor], output: [Int]) -> [Double] {
    let (x, w, bias) = (tensors[0].doubles, tensors[1].doubles, tensors[2].doubles)
    let (channels, height, width) = (shape.input[1], shape.input[2], shape.input[3])
    let (perGroup, rows, columns) = (shape.weights[1], shape.weights[2], shape.weights[3])
    let (outputs, outHeight, outWidth) = (output[1], output[2], output[3])
    var y = (0..<output.reduce(1, *)).map { bias[$0 / (outHeight * outWidth) % outputs] }
    for n in 0..<shape.input[0] {
      for c in 0..<channels {
        let first = c / (channels / shape.group) * perGroup
        for i in 0..<height * width {
          for k in 0..<perGroup * rows * columns {
            let (m, r, q) = (k / (rows * columns), k / columns % rows, k % columns)
            let row = i / width * shape.strides[0] + r * shape.dilations[0] - shape.pads[0]
            let column = i % width * shape.strides[1] + q * shape.dilations[1] - shape.pads[1]
            guard row >= 0, row < outHeight, column >= 0, column < outWidth else { continue }
            let product = x[(n * channels + c) * height * width + i] * w[c * perGroup * rows * columns + k]
            y[((n * outputs + first + m) * outHeight + row) * outWidth + column] += product
          }
        }
      }
    }
    return y
  }
}
