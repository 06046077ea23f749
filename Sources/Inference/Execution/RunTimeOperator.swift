/// An operator that hands out values as they come, rather than filling tensors that were allocated for it.
///
/// That is what sub-graphs and sequences need: the types of the outputs may be known only afterwards.
public protocol RunTimeOperator: Operator {
  /// As much as can be known of the outputs' types; inputs are `nil` where left out or, as `isPresent` tells, unknown.
  func outputTypes(for inputs: [TensorType?], isPresent: [Bool]) throws -> [TensorType?]

  /// What computes the outputs, made once for an executor.
  func runTimeKernel(for inputs: [TensorType?], settings: ExecutionSettings) throws -> any RunTimeKernel
}

/// A `RunTimeOperator` prepared for one node.
public protocol RunTimeKernel: Sendable {
  /// Computes the outputs; inputs are `nil` where left out. A tensor that is returned shares no memory with one
  /// that is given, whose memory may be written next; those in sequences are never written.
  func run(_ inputs: [ExecutionValue?], in run: ExecutionRun) throws -> [ExecutionValue]
}

extension RunTimeOperator {
  public func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    throw ShapeError("the types of the outputs are known only at run time", needsValue: true)
  }

  public func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    throw ExecutionError("\(Self.onnxName) cannot fill given tensors")
  }
}

/// How networks are prepared; sub-graphs are prepared as the network around them is.
public struct ExecutionSettings: Sendable {
  public let context: ExecutionContext
  public let fuse: Bool

  public init(context: ExecutionContext, fuse: Bool) {
    self.context = context
    self.fuse = fuse
  }
}

/// What the parts of one run of a network share.
public final class ExecutionRun {
  public let context: ExecutionContext
  private let iterationLimit: Int
  private var iterations = 0

  init(_ context: ExecutionContext, iterationLimit: Int) {
    self.context = context
    self.iterationLimit = iterationLimit
  }

  /// Begins another run.
  func restart() { iterations = 0 }

  /// Counts an iteration; throws `ExecutionError` beyond the limit.
  func countIteration() throws {
    iterations += 1
    guard iterations <= iterationLimit else {
      throw ExecutionError(
        "more than \(iterationLimit) iterations of loops in one run: the loop does not seem to end")
    }
  }
}
