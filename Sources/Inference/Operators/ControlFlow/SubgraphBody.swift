/// A sub-graph prepared once, to be run any number of times.
struct SubgraphBody: Sendable {
  private let executor: Executor
  private let captureCount: Int

  /// Prepares a graph whose input types are settled; the last `captureCount` inputs are captured values.
  init(_ graph: Graph, captureCount: Int, settings: ExecutionSettings) throws {
    self.captureCount = captureCount
    executor = try Executor(body: graph, captureCount: captureCount, settings: settings)
  }

  /// Hands over the captured values, the last of a node's inputs; they stay for all runs until `leave`.
  func enter(_ inputs: [ExecutionValue?]) throws { try executor.loadCaptures(Array(inputs.suffix(captureCount))) }

  /// Lets go of the captured values.
  func leave() { executor.dropCaptures() }

  /// Computes the outputs from the inputs that are not captured.
  func run(_ inputs: [ExecutionValue?], in run: ExecutionRun) throws -> [ExecutionValue] {
    try executor.runBody(inputs, in: run)
  }
}

/// The types of values that a loop carries from one iteration to the next.
struct CarriedTypes {
  /// One for each carried value; `nil` where iterations may disagree.
  let types: [TensorType?]
  /// The body for those types.
  let body: Graph
  /// The body that costs are counted of: the first iteration's where sizes change from one to the next.
  let costed: Graph

  /// Looks for types that the body maps to themselves.
  ///
  /// `inputs` makes the body's input types from those of the carried values; `results` are the places of the carried
  /// values among the body's outputs. A value whose type changes is unknown; one more round finds those that depend on
  /// it, and after that all are unknown, so that nested loops are not inferred over and over.
  init(
    _ initial: [TensorType?], body graph: Graph, results: Range<Int>, inputs: ([TensorType?]) -> [TensorType?]
  ) {
    var types = initial.map { $0?.open }
    let first = graph.specialised(for: inputs(types))
    for round in 0... {
      let body = round == 0 ? first : graph.specialised(for: inputs(types))
      let made = body.resultTypes[results]
      let next = zip(types, made).map { type, made -> TensorType? in
        guard let type, let made, type.hasShape(of: made) else { return nil }
        return type
      }
      if zip(types, next).allSatisfy({ ($0 == nil) == ($1 == nil) }) {
        (self.types, self.body, costed) = (types, body, round == 0 ? body : first)
        return
      }
      types = round == 0 ? next : next.map { _ in nil }
    }
    preconditionFailure("with all types unknown nothing changes")
  }
}
