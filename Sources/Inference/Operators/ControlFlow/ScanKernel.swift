/// Runs the iterations of a Scan.
struct ScanKernel: RunTimeKernel {
  let body: SubgraphBody
  /// The body as the node holds it, which tells the types of outputs of no slices.
  let graph: Graph
  let settings: ScanSettings

  func run(_ inputs: [ExecutionValue?], in run: ExecutionRun) throws -> [ExecutionValue] {
    let first = settings.firstState
    let tensors = try (first..<first + settings.stateCount + settings.scanCount).map { index -> Tensor in
      guard let tensor = try inputs.tensor(index, "\(index) of the scan") else {
        throw ExecutionError("input \(index) of the scan is missing")
      }
      return tensor
    }
    try body.enter(inputs)
    defer { body.leave() }
    let captures = inputs.dropFirst(first + tensors.count).map { $0?.type }
    guard settings.isBatched else {
      let length = try scanLength(tensors[settings.stateCount...])
      return try scan(tensors, length: length, outputLength: length, captures, in: run).map { .tensor($0) }
    }
    let samples = try sampleCount(tensors)
    let longest = try scanLength(tensors[settings.stateCount...].map { try $0.slice(0, axis: 0) })
    let lengths = try inputs.tensor(0, "sequence_lens")?.integers() ?? [Int](repeating: longest, count: samples)
    guard lengths.count == samples, lengths.allSatisfy({ (0...longest).contains($0) }) else {
      throw ExecutionError("sequence_lens \(lengths) for \(samples) sequences of length \(longest)")
    }
    var results: [TensorStack] = []
    for sample in 0..<samples {
      let slices = try tensors.map { try $0.slice(sample, axis: 0) }
      let made = try scan(slices, length: lengths[sample], outputLength: longest, captures, in: run)
      if results.isEmpty { results = made.map { _ in TensorStack() } }
      for (index, tensor) in made.enumerated() { try results[index].append(tensor) }
    }
    return try results.map { .tensor(try $0.joined()) }
  }

  private func sampleCount(_ tensors: [Tensor]) throws -> Int {
    guard let count = tensors[0].shape.first, count > 0, tensors.allSatisfy({ $0.shape.first == count }) else {
      throw ExecutionError("the inputs of the scan have \(tensors.map { $0.shape.first ?? 0 }) samples")
    }
    return count
  }

  private func scanLength(_ scanned: some Sequence<Tensor>) throws -> Int {
    let lengths = try scanned.enumerated().map { index, tensor in
      tensor.shape[try settings.inputAxis(index, rank: tensor.shape.count)]
    }
    guard let length = lengths.first, lengths.allSatisfy({ $0 == length }) else {
      throw ExecutionError("scanned inputs of lengths \(lengths)")
    }
    return length
  }

  /// One sequence: the last states, then the slices put together; those beyond `length` are zero.
  private func scan(
    _ tensors: [Tensor], length: Int, outputLength: Int, _ captures: [TensorType?], in run: ExecutionRun
  ) throws -> [Tensor] {
    let scanned = tensors[settings.stateCount...]
    var states = Array(tensors[..<settings.stateCount])
    var outputs: [Tensor] = []
    for step in 0..<length {
      try run.countIteration()
      let slices = try scanned.enumerated().map { index, tensor in
        try tensor.slice(
          settings.isInputReversed(index) ? length - 1 - step : step,
          axis: try settings.inputAxis(index, rank: tensor.shape.count))
      }
      let results = try body.run((states + slices).map { .tensor($0) }, in: run).enumerated().map { index, value in
        try value.tensor("output \(index) of the scan's body")
      }
      states = Array(results[..<settings.stateCount])
      for (index, piece) in results[settings.stateCount...].enumerated() {
        let axis = try settings.outputAxis(index, rank: piece.shape.count + 1)
        if step == 0 { outputs.append(try room(for: TensorType(piece.elementType, piece.shape), axis, outputLength)) }
        let place = settings.isOutputReversed(index) ? length - 1 - step : step
        try piece.insert(into: outputs[index], place, axis: axis)
      }
    }
    if length == 0 { outputs = try emptyOutputs(tensors, captures, outputLength) }
    return states + outputs
  }

  private func room(for slice: TensorType, _ axis: Int, _ length: Int) throws -> Tensor {
    var shape = slice.shape
    shape.insert(length, at: axis)
    try MemoryLimit.check(try checkedCount(shape) * slice.elementType.byteCount, for: "an output of the scan")
    return Tensor(zeros: slice.elementType, shape: shape)
  }

  private func emptyOutputs(_ tensors: [Tensor], _ captures: [TensorType?], _ length: Int) throws -> [Tensor] {
    let types = try tensors.enumerated().map { index, tensor -> TensorType? in
      var shape = tensor.shape
      if index >= settings.stateCount {
        shape.remove(at: try settings.inputAxis(index - settings.stateCount, rank: shape.count))
      }
      return TensorType(tensor.elementType, shape)
    }
    let made = graph.specialised(for: types + captures).resultTypes
    return try made[settings.stateCount...].enumerated().map { index, type in
      var known = type
      if known == nil, let declared = graph[graph.outputs[settings.stateCount + index]].declared {
        known = declared.elementType.map { TensorType($0, (declared.dimensions ?? []).map { $0 ?? 0 }) }
      }
      guard let known else {
        throw ExecutionError("nothing is scanned, and the type of scanned output \(index) is not known")
      }
      return try room(for: known, try settings.outputAxis(index, rank: known.shape.count + 1), length)
    }
  }
}

extension Tensor {
  /// The elements at one place of an axis, which is left out.
  func slice(_ place: Int, axis: Int) throws -> Tensor {
    guard axis < shape.count, place < shape[axis] else { throw ExecutionError("no slice \(place) of \(shape)") }
    var rest = shape
    rest.remove(at: axis)
    let result = Tensor(zeros: elementType, shape: rest)
    let inner = shape[(axis + 1)...].reduce(elementType.byteCount, *)
    withExtendedLifetime(storage) {
      for outer in 0..<shape[..<axis].reduce(1, *) {
        (result.bytes + outer * inner).copyMemory(from: bytes + (outer * shape[axis] + place) * inner, byteCount: inner)
      }
    }
    return result
  }

  /// Writes the elements to one place of an axis that `target` has and this has not.
  func insert(into target: Tensor, _ place: Int, axis: Int) throws {
    var rest = target.shape
    rest.remove(at: axis)
    guard rest == shape, target.elementType == elementType else {
      throw ExecutionError("iterations give \(rest) and \(elementType)\(shape), which cannot be put together")
    }
    let inner = shape[axis...].reduce(elementType.byteCount, *)
    withExtendedLifetime(storage) {
      for outer in 0..<shape[..<axis].reduce(1, *) {
        (target.bytes + (outer * target.shape[axis] + place) * inner)
          .copyMemory(from: bytes + outer * inner, byteCount: inner)
      }
    }
  }
}
