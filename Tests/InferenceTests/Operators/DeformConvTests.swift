import Inference
import Testing

struct DeformConvTests {
  struct Case: Sendable {
    let spatial: [Int]
    let kernel: [Int]
    var group = 1
    var offsetGroup = 1
    var strides: [Int]?
    var pads: [Int]?
    var dilations: [Int]?
    var hasBias = false
    var hasMask = false
  }
  static let cases = [
    Case(spatial: [5, 6], kernel: [3, 3]),
    Case(spatial: [6, 5], kernel: [2, 3], group: 2, strides: [2, 1], pads: [1, 0, 1, 2], hasBias: true),
    Case(spatial: [7, 7], kernel: [3, 2], offsetGroup: 2, dilations: [2, 1], hasMask: true),
    Case(spatial: [8], kernel: [3], group: 2, offsetGroup: 4, pads: [1, 1], hasBias: true, hasMask: true),
    Case(spatial: [3, 4, 3], kernel: [2, 2, 1], offsetGroup: 2, pads: [0, 1, 0, 0, 0, 0], hasMask: true),
  ]

  @Test(arguments: InstructionSet.available, cases)
  func agreesWithTheDefinition(on isa: InstructionSet, shape: Case) throws {
    let rank = shape.spatial.count
    let strides = shape.strides ?? [Int](repeating: 1, count: rank)
    let pads = shape.pads ?? [Int](repeating: 0, count: 2 * rank)
    let dilations = shape.dilations ?? [Int](repeating: 1, count: rank)
    let output = (0..<rank).map { axis -> Int in
      let padded = shape.spatial[axis] + pads[axis] + pads[rank + axis]
      let window: Int = (shape.kernel[axis] - 1) * dilations[axis] + 1
      return (padded - window) / strides[axis] + 1
    }
    let (area, positions) = (shape.kernel.reduce(1, *), output.reduce(1, *))
    let (channels, filters) = (4, 6)
    let x = Tensor.random([2, channels] + shape.spatial, seed: 1)
    let w = Tensor.random([filters, channels / shape.group] + shape.kernel, seed: 2)
    let offsets = Tensor(
      shape: [2, shape.offsetGroup * area * rank] + output,
      Tensor.random([2, shape.offsetGroup * area * rank] + output, seed: 3).elements(as: Float.self).map { $0 * 2 })
    let bias = shape.hasBias ? Tensor.random([filters], seed: 4) : nil
    let mask = shape.hasMask ? Tensor.random([2, shape.offsetGroup * area] + output, seed: 5) : nil
    let run = try OperatorRun(
      "DeformConv", [x, w, offsets, bias, mask],
      [
        "group": .int(shape.group), "offset_group": .int(shape.offsetGroup), "strides": .ints(strides),
        "pads": .ints(pads), "dilations": .ints(dilations),
      ], opset: 19)
    let y = try run.outputs(on: isa, threads: 2)[0]
    #expect(y.shape == [2, filters] + output)
    let macs: Int = 2 * filters * positions * channels / shape.group * area
    #expect(try run.operation.macs(for: run.types, outputs: run.operation.outputs(for: run.types)) == macs)
    let plane = shape.spatial.reduce(1, *)
    /// The image between its elements, 0 outside, along the axes left.
    func sample(_ base: Int, _ coordinates: ArraySlice<Double>, _ sizes: ArraySlice<Int>, _ place: Int = 0) -> Double {
      guard let coordinate = coordinates.first, let size = sizes.first else { return x.doubles[base + place] }
      let low = Int(coordinate.rounded(.down))
      return [low, low + 1].filter { $0 >= 0 && $0 < size }.reduce(0) {
        let weight = 1 - abs(coordinate - Double($1))
        return $0 + weight * sample(base, coordinates.dropFirst(), sizes.dropFirst(), place * size + $1)
      }
    }
    func coordinates(_ index: Int, _ sizes: [Int]) -> [Int] {
      sizes.indices.map { index / sizes[($0 + 1)...].reduce(1, *) % sizes[$0] }
    }
    let expected = (0..<2 * filters * positions).map { index -> Double in
      let (batch, filter, position) = (index / positions / filters, index / positions % filters, index % positions)
      let at = coordinates(position, output)
      var sum = bias?.doubles[filter] ?? 0
      for local in 0..<channels / shape.group {
        let channel = filter / (filters / shape.group) * (channels / shape.group) + local
        let offsetGroup = channel / (channels / shape.offsetGroup)
        for tap in 0..<area {
          let element = coordinates(tap, shape.kernel)
          let slot = (batch * shape.offsetGroup + offsetGroup) * area + tap
          let point = (0..<rank).map { axis -> Double in
            let whole: Int = at[axis] * strides[axis] - pads[axis] + element[axis] * dilations[axis]
            return Double(whole) + offsets.doubles[(slot * rank + axis) * positions + position]
          }
          let weight =
            w.doubles[(filter * channels / shape.group + local) * area + tap]
            * (mask?.doubles[slot * positions + position] ?? 1)
          sum += weight * sample((batch * channels + channel) * plane, point[...], shape.spatial[...])
        }
      }
      return sum
    }
    #expect(y.excess(over: expected, absolute: 2e-5, relative: 1e-5) <= 1)
  }
}
