/// An operator of ai.onnx that onnxruntime's own domain has under the same name and with the same meaning.
///
/// Source: onnxruntime, ContribOperators.md.
struct InMicrosoftDomain<Base: Operator>: Operator {
  static var onnxName: String { Base.onnxName }
  static var domain: String { "com.microsoft" }
  static var aliasing: Aliasing { Base.aliasing }
  static var outputsInSingle: [Int] { Base.outputsInSingle }
  let base: Base

  init(from attributes: inout AttributeReader) throws { base = try Base(from: &attributes) }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] { try base.outputs(for: inputs) }

  func macs(for inputs: [TensorType?], outputs: [TensorType]) -> Int { base.macs(for: inputs, outputs: outputs) }

  func costClass(for inputs: [TensorType?]) -> CostClass { base.costClass(for: inputs) }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    try base.execute(inputs, into: outputs, using: context)
  }

  func prepare(
    for inputs: [TensorType?], outputs: [TensorType?], epilogue: Epilogue, using context: ExecutionContext
  ) throws -> (any PreparedKernel)? {
    try base.prepare(for: inputs, outputs: outputs, epilogue: epilogue, using: context)
  }
}
