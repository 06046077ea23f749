import Inference
import Testing

struct PoolTests {
  struct Case: Sendable {
    var input: [Int]
    var kernel: [Int]
    var strides: [Int]
    var pads: [Int]
    var dilations: [Int]?
    var ceils = false
    var countsPadding = false
  }

  static let cases = [
    Case(input: [1, 2, 6, 6], kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0]),
    Case(input: [2, 3, 17, 35], kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1]),
    Case(input: [1, 1, 9, 20], kernel: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1], countsPadding: true),
    Case(input: [1, 2, 7, 7], kernel: [3, 3], strides: [2, 2], pads: [0, 0, 0, 0], ceils: true),
    Case(
      input: [1, 2, 8, 8], kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceils: true, countsPadding: true),
    Case(input: [1, 2, 8, 8], kernel: [2, 3], strides: [3, 3], pads: [0, 1, 1, 0], ceils: true),
    Case(input: [1, 2, 12, 12], kernel: [3, 2], strides: [1, 3], pads: [0, 0, 0, 0], dilations: [2, 3]),
    Case(input: [1, 3, 21], kernel: [4], strides: [3], pads: [1, 2]),
    Case(input: [1, 2, 4, 5, 6], kernel: [2, 3, 2], strides: [1, 2, 2], pads: [0, 1, 0, 1, 0, 0]),
  ]

  @Test(arguments: InstructionSet.available, cases)
  func floatPoolsAgreeWithTheDefinition(on isa: InstructionSet, shape: Case) throws {
    let x = Tensor.random(shape.input, seed: 1)
    let maxima = try OperatorRun("MaxPool", [x], attributes(shape)).outputs(on: isa)
    let windows = Self.windows(shape, output: maxima[0].shape)
    #expect(maxima[0].doubles == windows.map { window in window.inside.map { x.doubles[$0] }.max()! })
    #expect(
      maxima[1].elements(as: Int64.self).map(Int.init)
        == windows.map { window in window.inside.max { x.doubles[$0] < x.doubles[$1] }! })
    if shape.dilations != nil { return }
    var options = attributes(shape)
    options["count_include_pad"] = .int(shape.countsPadding ? 1 : 0)
    let means = try OperatorRun("AveragePool", [x], options).outputs(on: isa)[0]
    let expected = windows.map { window in
      window.inside.map { x.doubles[$0] }.reduce(0, +)
        / Double(shape.countsPadding ? window.padded : window.inside.count)
    }
    #expect(means.excess(over: expected, absolute: 1e-6, relative: 0) <= 1)
  }

  @Test(arguments: [ElementType.int8, .uint8])
  func bytesPoolToo(type: ElementType) throws {
    let x = Tensor.randomBytes(type, [1, 2, 7, 8], seed: 4)
    let result = try OperatorRun("MaxPool", [x], ["kernel_shape": .ints([3, 2])]).outputs()[0]
    let values = x.integers()!
    let expected = Self.windows(
      Case(input: [1, 2, 7, 8], kernel: [3, 2], strides: [1, 1], pads: [0, 0, 0, 0]), output: result.shape
    ).map { window in window.inside.map { values[$0] }.max()! }
    #expect(result.integers()! == expected)
  }

  @Test(arguments: InstructionSet.available, [1, 3, 49, 100])
  func globalPoolsReduceWholePlanes(on isa: InstructionSet, size: Int) throws {
    let x = Tensor.random([2, 3, size], seed: 5)
    let planes = (0..<6).map { Array(x.doubles[($0 * size)..<(($0 + 1) * size)]) }
    let mean = try OperatorRun("GlobalAveragePool", [x]).outputs(on: isa)[0]
    #expect(mean.shape == [2, 3, 1])
    #expect(mean.excess(over: planes.map { $0.reduce(0, +) / Double(size) }, absolute: 1e-6, relative: 0) <= 1)
    #expect(try OperatorRun("GlobalMaxPool", [x]).outputs(on: isa)[0].doubles == planes.map { $0.max()! })
  }

  private func attributes(_ shape: Case) -> [String: Attribute] {
    var attributes: [String: Attribute] = [
      "kernel_shape": .ints(shape.kernel), "strides": .ints(shape.strides), "pads": .ints(shape.pads),
      "ceil_mode": .int(shape.ceils ? 1 : 0),
    ]
    if let dilations = shape.dilations { attributes["dilations"] = .ints(dilations) }
    return attributes
  }

  /// For each output the flat indices inside the input and how many places lie inside input and padding.
  static func windows(_ shape: Case, output: [Int]) -> [(inside: [Int], padded: Int)] {
    let rank = shape.kernel.count
    let input = [Int](shape.input[2...])
    func places(_ sizes: [Int]) -> [[Int]] {
      sizes.reduce([[]]) { places, size in places.flatMap { place in (0..<size).map { place + [$0] } } }
    }
    let dilations = shape.dilations ?? [Int](repeating: 1, count: rank)
    var windows: [(inside: [Int], padded: Int)] = []
    for plane in 0..<(shape.input[0] * shape.input[1]) {
      for place in places([Int](output[2...])) {
        var (inside, padded) = ([Int](), 0)
        for tap in places(shape.kernel) {
          let at: [Int] = (0..<rank).map { axis in
            place[axis] * shape.strides[axis] - shape.pads[axis] + tap[axis] * dilations[axis]
          }
          if (0..<rank).allSatisfy({ at[$0] < input[$0] + shape.pads[rank + $0] }) { padded += 1 }
          guard (0..<rank).allSatisfy({ at[$0] >= 0 && at[$0] < input[$0] }) else { continue }
          inside.append((0..<rank).reduce(plane) { flat, axis in flat * input[axis] + at[axis] })
        }
        windows.append((inside, padded))
      }
    }
    return windows
  }
}
