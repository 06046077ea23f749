import Inference
import Testing

/// Operators that pick, scatter, convert and reduce, against values worked out by hand.
struct SelectionTests {
  private let x = Tensor(shape: [2, 3], [1, 2, 3, 4, 5, 6])

  private func run(_ name: String, _ inputs: [Tensor?], _ attributes: [String: Attribute] = [:], opset: Int = 17) throws
    -> Tensor
  {
    try OperatorRun(name, inputs, attributes, opset: opset).outputs()[0]
  }

  @Test func gather() throws {
    let picked = try run("Gather", [x, Tensor(int64s: [1, -2])])
    #expect(picked.shape == [2, 3])
    #expect(picked.doubles == [4, 5, 6, 1, 2, 3])
    #expect(try run("Gather", [x, Tensor(int64s: [2])], ["axis": .int(1)]).doubles == [3, 6])
    #expect(throws: (any Error).self) { try run("Gather", [x, Tensor(int64s: [2])]) }
  }

  @Test func gatherElementsAndND() throws {
    let indices = Tensor(.int64, shape: [2, 2], elements: [2, 0, 1, -1] as [Int64])
    #expect(try run("GatherElements", [x, indices], ["axis": .int(1)]).doubles == [3, 1, 5, 6])
    let places = Tensor(.int64, shape: [2, 2], elements: [0, 2, 1, 0] as [Int64])
    #expect(try run("GatherND", [x, places]).doubles == [3, 4])
  }

  @Test func scatter() throws {
    let places = Tensor(.int64, shape: [2, 2], elements: [0, 1, 1, 2] as [Int64])
    #expect(try run("ScatterND", [x, places, Tensor(shape: [2], [-1, -2])]).doubles == [1, -1, 3, 4, 5, -2])
    let indices = Tensor(.int64, shape: [1, 2], elements: [1, 0] as [Int64])
    let updates = Tensor(shape: [1, 2], [7, 8])
    #expect(try run("ScatterElements", [x, indices, updates], ["axis": .int(0)]).doubles == [1, 8, 3, 7, 5, 6])
    #expect(throws: (any Error).self) {
      try run("ScatterND", [x, Tensor(.int64, shape: [1, 2], elements: [0, 3] as [Int64]), Tensor(shape: [1], [0])])
    }
  }

  @Test func castSaturatesNothingAndTruncatesTowardsZero() throws {
    let floats = Tensor(shape: [4], [-1.9, 0, 0.5, 2.7])
    #expect(try run("Cast", [floats], ["to": .int(ElementType.int64.rawValue)]).integers() == [-1, 0, 0, 2])
    #expect(try run("Cast", [floats], ["to": .int(ElementType.bool.rawValue)]).integers() == [1, 0, 1, 1])
    let half = try run("Cast", [floats], ["to": .int(ElementType.float16.rawValue)])
    #expect(half.byteCount == 8)
    let back = try run("Cast", [half], ["to": .int(ElementType.float32.rawValue)])
    #expect(back.excess(over: floats.doubles, absolute: 0, relative: 1.0 / 2048) <= 1)
  }

  @Test func reductions() throws {
    func reduced(_ name: String) throws -> [Double] {
      try run(name, [x], ["axes": .ints([1]), "keepdims": .int(0)], opset: 11).doubles
    }
    #expect(try reduced("ReduceSum") == [6, 15])
    #expect(try reduced("ReduceMean") == [2, 5])
    #expect(try reduced("ReduceMax") == [3, 6])
    #expect(try reduced("ReduceMin") == [1, 4])
    #expect(try reduced("ReduceProd") == [6, 120])
    #expect(try reduced("ReduceL1") == [6, 15])
    #expect(try reduced("ReduceSumSquare") == [14, 77])
    let all = try run("ReduceSum", [x])
    #expect(all.shape == [1, 1])
    #expect(all.doubles == [21])
  }

  @Test func argMaxArgMinAndTopK() throws {
    let y = Tensor(shape: [2, 3], [3, 9, 1, 4, 4, -2])
    #expect(try run("ArgMax", [y], ["axis": .int(1), "keepdims": .int(0)]).integers() == [1, 0])
    #expect(try run("ArgMax", [y], ["axis": .int(1), "select_last_index": .int(1)]).integers() == [1, 1])
    #expect(try run("ArgMin", [y], ["axis": .int(0)]).integers() == [0, 1, 1])
    let top = try OperatorRun("TopK", [y, Tensor(int64s: [2])]).outputs()
    #expect(top[0].doubles == [9, 3, 4, 4])
    #expect(top[1].integers() == [1, 0, 0, 1])
  }

  @Test func resizeNearestAndLinear() throws {
    let image = Tensor(shape: [1, 1, 2, 2], [1, 2, 3, 4])
    let scales = Tensor(shape: [4], [1, 1, 2, 2])
    let nearest = try run(
      "Resize", [image, nil, scales],
      [
        "mode": .string("nearest"), "nearest_mode": .string("floor"),
        "coordinate_transformation_mode": .string("asymmetric"),
      ])
    #expect(nearest.doubles == [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4])
    let linear = try run("Resize", [image, nil, scales], ["mode": .string("linear")])
    let expected = [1, 1.25, 1.75, 2, 1.5, 1.75, 2.25, 2.5, 2.5, 2.75, 3.25, 3.5, 3, 3.25, 3.75, 4]
    #expect(linear.excess(over: expected, absolute: 1e-6, relative: 0) <= 1)
    let corners = try run(
      "Resize", [image, nil, nil, Tensor(int64s: [1, 1, 3, 3])],
      ["mode": .string("linear"), "coordinate_transformation_mode": .string("align_corners")])
    #expect(corners.excess(over: [1, 1.5, 2, 2, 2.5, 3, 3, 3.5, 4], absolute: 1e-6, relative: 0) <= 1)
  }

  @Test func normalisationsOverChannels() throws {
    let image = Tensor(shape: [1, 2, 2], [1, 3, 10, 30])
    let ones = Tensor(shape: [2], [1, 1])
    let result = try run("InstanceNormalization", [image, ones, Tensor(shape: [2], [0, 0])], ["epsilon": .float(0)])
    #expect(result.excess(over: [-1, 1, -1, 1], absolute: 1e-6, relative: 0) <= 1)
    let local = try run(
      "LRN", [Tensor(shape: [1, 3, 1, 1], [1, 2, 3])],
      ["size": .int(3), "alpha": .float(3), "beta": .float(1), "bias": .float(1)])
    #expect(local.excess(over: [1.0 / 6, 2.0 / 15, 3.0 / 14], absolute: 1e-6, relative: 0) <= 1)
  }

  @Test func triangleRunningSumAndOneHot() throws {
    let square = Tensor(shape: [2, 2], [1, 2, 3, 4])
    #expect(try run("Trilu", [square], ["upper": .int(0)]).doubles == [1, 0, 3, 4])
    #expect(
      try run("CumSum", [x, Tensor(.int64, shape: [], elements: [1] as [Int64])]).doubles == [1, 3, 6, 4, 9, 15])
    let hot = try run("OneHot", [Tensor(int64s: [1, -1]), Tensor(int64s: [3]), Tensor(shape: [2], [0, 5])])
    #expect(hot.doubles == [0, 5, 0, 0, 0, 5])
  }
}
