/// An operator over 16-bit floats, computed in float32: operands are widened, and each result is rounded once.
///
/// float16 and bfloat16 operands become float32, the float32 results of the operator become the type of the first of
/// them again, except those in `outputsInSingle`. What the operator takes as it is (moving elements, casting) it does
/// itself.
struct Widened<Base: Operator>: Operator {
  static var onnxName: String { Base.onnxName }
  static var domain: String { Base.domain }
  static var aliasing: Aliasing { Base.aliasing }
  let base: Base

  init(from attributes: inout AttributeReader) throws { base = try Base(from: &attributes) }

  init(_ base: Base) { self.base = base }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    guard let half = inputs.halfType else { return try base.outputs(for: inputs) }
    if let types = try ownOutputs(for: inputs) { return types }
    return try base.outputs(for: inputs.widened(keepsValues: base is any DataDependent)).enumerated().map {
      index, type in
      type.elementType == .float32 && !Base.outputsInSingle.contains(index) ? TensorType(half, type.shape) : type
    }
  }

  func macs(for inputs: [TensorType?], outputs: [TensorType]) -> Int {
    base.macs(for: inputs.widened(), outputs: outputs.map { $0.elementType.isHalf ? $0.widened() : $0 })
  }

  func costClass(for inputs: [TensorType?]) -> CostClass { base.costClass(for: inputs.widened()) }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    if inputs.knownTypes.halfType == nil { return try base.execute(inputs, into: outputs, using: context) }
    if try ownOutputs(for: inputs.knownTypes) != nil {
      return try base.execute(inputs, into: outputs, using: context)
    }
    try WidenedKernel(base: base, kernel: nil, constants: [])
      .run(inputs, residual: nil, into: outputs, using: context)
  }

  func prepare(
    for inputs: [TensorType?], outputs: [TensorType?], epilogue: Epilogue, using context: ExecutionContext
  ) throws -> (any PreparedKernel)? {
    if inputs.halfType == nil {
      return try base.prepare(for: inputs, outputs: outputs, epilogue: epilogue, using: context)
    }
    if try ownOutputs(for: inputs) != nil {
      return try base.prepare(for: inputs, outputs: outputs, epilogue: epilogue, using: context)
    }
    let constants = inputs.map { type in
      type?.constant.flatMap { $0.elementType.isHalf ? HalfPrecision.widened($0, context) : nil }
    }
    let types = zip(inputs, constants).map { type, constant in
      constant.map(TensorType.init(constant:)) ?? type.map { $0.elementType.isHalf ? $0.widened() : $0 }
    }
    let results = outputs.map { $0.map { $0.elementType.isHalf ? $0.widened() : $0 } }
    let kernel = try base.prepare(for: types, outputs: results, epilogue: epilogue, using: context)
    guard kernel != nil || epilogue.isEmpty else { return nil }
    return WidenedKernel(base: base, kernel: kernel, constants: constants)
  }

  /// The types of the outputs where the operator takes 16-bit floats itself, else `nil`.
  private func ownOutputs(for inputs: [TensorType?]) throws -> [TensorType]? {
    do { return try base.outputs(for: inputs) } catch let error as ShapeError where error.needsValue {
      throw error
    } catch { return nil }
  }
}

/// The kernel of `Widened`: constants are widened once, everything else on each run.
private struct WidenedKernel: PreparedKernel {
  let base: any Operator
  /// `nil` where the operator's `execute` serves.
  let kernel: (any PreparedKernel)?
  /// By input; `nil` where it is not constant or not of 16 bits.
  let constants: [Tensor?]

  func run(_ inputs: [Tensor?], residual: Tensor?, into outputs: [Tensor?], using context: ExecutionContext) throws {
    func widened(_ tensor: Tensor) -> Tensor {
      tensor.elementType.isHalf ? HalfPrecision.widened(tensor, context) : tensor
    }
    let operands = inputs.indices.map { constants.optional($0) ?? inputs[$0].map(widened) }
    let results = outputs.map { output in
      output.map { $0.elementType.isHalf ? Tensor(zeros: .float32, shape: $0.shape) : $0 }
    }
    if let kernel {
      try kernel.run(operands, residual: residual.map(widened), into: results, using: context)
    } else {
      try base.execute(operands, into: results, using: context)
    }
    for case (let result?, let output?) in zip(results, outputs) where output.elementType.isHalf {
      HalfPrecision.narrow(result, into: output, context)
    }
  }
}

extension Operator {
  /// The operator as it is to be applied to inputs of these types: itself, or computed in float32 where it does not
  /// take the 16-bit floats among them.
  ///
  /// Where a type is not known yet, `mayMeetHalf` tells whether it may turn out to be a 16-bit float.
  func taking(_ inputs: [TensorType?], isPresent: [Bool], mayMeetHalf: Bool) -> any Operator {
    if self is any RunTimeOperator { return self }
    let isKnown = zip(inputs, isPresent).allSatisfy { $0 != nil || !$1 }
    if isKnown {
      if inputs.halfType == nil || (try? outputs(for: inputs)) != nil { return self }
    } else if !mayMeetHalf {
      return self
    }
    return Widened(self)
  }
}

extension TensorType {
  /// The same in float32; the value mostly only of small tensors, which may decide shapes.
  fileprivate func widened(keepsValue: Bool = false) -> TensorType {
    guard let constant, keepsValue || constant.elementCount <= TypeInference.foldedElements else {
      return TensorType(.float32, shape)
    }
    return TensorType(constant: HalfPrecision.widened(constant, ExecutionContext()))
  }
}

extension Array where Element == TensorType? {
  /// The first 16-bit floating-point type among them.
  fileprivate var halfType: ElementType? { lazy.compactMap { $0?.elementType }.first { $0.isHalf } }

  fileprivate func widened(keepsValues: Bool = false) -> [TensorType?] {
    map { type in type.map { $0.elementType.isHalf ? $0.widened(keepsValue: keepsValues) : $0 } }
  }
}
