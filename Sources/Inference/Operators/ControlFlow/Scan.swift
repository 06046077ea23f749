/// Runs a sub-graph over the slices of its inputs, handing values on from slice to slice.
///
/// N initial states, then M tensors that are scanned along an axis each. The body takes N states and M slices (without
/// the axis) and returns N states and K slices, which are put together along an axis. Up to opset 8 all tensors have a
/// first axis of samples, which are scanned one after another along axis 1, each as far as `sequence_lens` says.
/// MACs: the body's times the length. Source: ONNX Scan, opset 8 and opset 9 on.
struct Scan: ControlFlowOperator {
  static let onnxName = "Scan"
  static let leastInputs = 1
  let captureCount: Int
  var subgraphs: [String: Graph]
  private let settings: ScanSettings

  init(from attributes: inout AttributeReader) throws {
    captureCount = attributes.captureCount
    settings = try ScanSettings(from: &attributes)
    subgraphs = [
      "body": try attributes.subgraph(
        "body", inputs: settings.stateCount + settings.scanCount,
        outputs: max(settings.stateCount, attributes.outputCount)...Int.max)
    ]
    try settings.check(outputCount: body.outputs.count)
  }

  private var body: Graph {
    guard let body = subgraphs["body"] else { preconditionFailure("Scan without a body") }
    return body
  }

  func outputTypes(for inputs: [TensorType?], isPresent: [Bool]) throws -> [TensorType?] {
    let length = try length(inputs)
    let states = stateTypes(inputs)
    let batch = settings.isBatched ? batchSize(inputs) : nil
    func batched(_ type: TensorType) throws -> TensorType? {
      guard settings.isBatched else { return type }
      return batch.map { TensorType(type.elementType, [$0] + type.shape) }
    }
    let stacks = try states.body.resultTypes[settings.stateCount...].enumerated().map { index, type -> TensorType? in
      guard let type, let length else { return nil }
      var shape = type.shape
      shape.insert(length, at: try settings.outputAxis(index, rank: shape.count + 1))
      _ = try checkedCount(shape)
      return try batched(TensorType(type.elementType, shape))
    }
    return try states.types.map { try $0.flatMap(batched) } + stacks
  }

  func macs(for inputs: [TensorType?], outputs: [TensorType]) -> Int {
    let (trips, overflow) = ((try? length(inputs)) ?? 1).multipliedReportingOverflow(by: batchSize(inputs) ?? 1)
    return Extent.saturatingProduct(stateTypes(inputs).body.macs, overflow ? .max : trips)
  }

  func costClass(for inputs: [TensorType?]) -> CostClass { stateTypes(inputs).body.dominantCostClass }

  func runTimeKernel(for inputs: [TensorType?], settings: ExecutionSettings) throws -> any RunTimeKernel {
    ScanKernel(
      body: try SubgraphBody(stateTypes(inputs).body, captureCount: captureCount, settings: settings),
      graph: body, settings: self.settings)
  }

  private func stateTypes(_ inputs: [TensorType?]) -> CarriedTypes {
    let first = settings.firstState
    func sample(_ type: TensorType?) -> TensorType? {
      guard settings.isBatched, let type else { return type }
      return type.shape.isEmpty ? nil : TensorType(type.elementType, Array(type.shape.dropFirst()))
    }
    let initial = (0..<settings.stateCount).map { sample(inputs.optional(first + $0)) }
    let slices = (0..<settings.scanCount).map { index -> TensorType? in
      guard let type = sample(inputs.optional(first + settings.stateCount + index)),
        let axis = try? settings.inputAxis(index, rank: type.shape.count)
      else { return nil }
      var shape = type.shape
      shape.remove(at: axis)
      return TensorType(type.elementType, shape)
    }
    return CarriedTypes(initial, body: body, results: 0..<settings.stateCount) {
      $0 + slices + inputs.suffix(captureCount)
    }
  }

  /// The number of samples; 1 where there is no axis for them.
  private func batchSize(_ inputs: [TensorType?]) -> Int? {
    guard settings.isBatched else { return 1 }
    return inputs[settings.firstState...].lazy.compactMap { $0?.shape.first }.first
  }

  /// How many slices there are, or `nil` where it is not known; throws where the inputs disagree.
  private func length(_ inputs: [TensorType?]) throws -> Int? {
    var length: Int?
    for index in 0..<settings.scanCount {
      guard let type = inputs.optional(settings.firstState + settings.stateCount + index) else { continue }
      let shape = settings.isBatched ? Array(type.shape.dropFirst()) : type.shape
      let size = shape[try settings.inputAxis(index, rank: shape.count)]
      guard length ?? size == size else { throw ShapeError("scanned inputs of lengths \(length ?? 0) and \(size)") }
      length = size
    }
    return length
  }
}

/// The attributes of a Scan, and the places of its inputs.
struct ScanSettings: Sendable {
  /// Whether the first axis of all tensors counts samples, as up to opset 8.
  let isBatched: Bool
  let stateCount: Int
  let scanCount: Int
  private let inputAxes: [Int]
  private let outputAxes: [Int]
  /// Whether each scanned input is taken from its end.
  private let inputDirections: [Int]
  private let outputDirections: [Int]

  init(from attributes: inout AttributeReader) throws {
    guard let count = try attributes.intIfPresent("num_scan_inputs") else {
      throw ShapeError("attribute 'num_scan_inputs' is missing")
    }
    isBatched = attributes.opset < 9
    let inputs = attributes.inputCount - (isBatched ? 1 : 0)
    guard count >= 1, count <= inputs else { throw ShapeError("num_scan_inputs is \(count) of \(inputs) inputs") }
    (scanCount, stateCount) = (count, inputs - count)
    if isBatched {
      inputDirections = try attributes.intsIfPresent("directions") ?? []
      (inputAxes, outputAxes, outputDirections) = ([], [], [])
    } else {
      inputAxes = try attributes.intsIfPresent("scan_input_axes") ?? []
      outputAxes = try attributes.intsIfPresent("scan_output_axes") ?? []
      inputDirections = try attributes.intsIfPresent("scan_input_directions") ?? []
      outputDirections = try attributes.intsIfPresent("scan_output_directions") ?? []
    }
    try Self.check([inputAxes, inputDirections], scanCount, "scanned inputs")
    guard (inputDirections + outputDirections).allSatisfy({ $0 == 0 || $0 == 1 }) else {
      throw ShapeError("directions of a scan are 0 or 1")
    }
  }

  /// Throws `ShapeError` unless the attributes fit a body of so many outputs.
  func check(outputCount: Int) throws {
    try Self.check([outputAxes, outputDirections], outputCount - stateCount, "scanned outputs")
  }

  private static func check(_ lists: [[Int]], _ count: Int, _ what: String) throws {
    for list in lists where !list.isEmpty && list.count != count {
      throw ShapeError("\(list.count) axes or directions for \(count) \(what)")
    }
  }

  /// The index of the first state among the inputs.
  var firstState: Int { isBatched ? 1 : 0 }

  /// The axis that input `index` is scanned along, of `rank`, without the axis of samples.
  func inputAxis(_ index: Int, rank: Int) throws -> Int {
    try normalizedAxis(inputAxes.isEmpty ? 0 : inputAxes[index], rank: rank)
  }

  /// The axis along which the slices of output `index` are put together, of the `rank` that it then has.
  func outputAxis(_ index: Int, rank: Int) throws -> Int {
    try normalizedAxis(outputAxes.isEmpty ? 0 : outputAxes[index], rank: rank)
  }

  func isInputReversed(_ index: Int) -> Bool { !inputDirections.isEmpty && inputDirections[index] == 1 }
  func isOutputReversed(_ index: Int) -> Bool { !outputDirections.isEmpty && outputDirections[index] == 1 }
}
