import Foundation
import Inference

/// An ONNX file, opened but not yet made into a graph: the sizes that the file leaves open can still be chosen.
///
/// The file stays mapped for as long as one of its weights is in use. Source: onnx.proto.
public struct ONNXModel: Sendable {
  /// One size of a declared shape.
  public enum Dimension: Sendable, Hashable {
    case fixed(Int)
    /// A name; equal names stand for equal sizes.
    case symbol(String)
    case unknown
  }

  /// What the caller has to supply.
  public struct Input: Sendable {
    public let name: String
    public let elementType: ElementType
    /// `nil` where not even the rank is declared.
    public let dimensions: [Dimension]?

    init(_ input: ValueInfoMessage, file: String) throws(ModelError) {
      func failure(_ what: String) -> ModelError { ModelError(file: file, "input \(input.name.quoted): \(what)") }
      if let kind = input.otherKind { throw failure("its type is not a tensor but \(kind), which is not supported") }
      guard input.elementType != 0 else { throw failure("no type is declared") }
      (name, dimensions) = (input.name, input.dimensions)
      elementType = try ONNX.elementType(input.elementType, failure)
    }
  }

  /// The versions of ai.onnx that can be read.
  public static var opsetVersions: ClosedRange<Int> { ModelMessage.opsetVersions }

  /// The file as the user named it.
  public let file: String
  public let irVersion: Int
  public let producerName: String
  public let producerVersion: String
  /// The opset version of each domain; `""` is ai.onnx.
  public let opsets: [String: Int]
  /// The free-form properties of the file.
  public let metadata: [String: String]
  /// In order, without the initialisers.
  public let inputs: [Input]
  public let outputNames: [String]
  let message: GraphMessage
  /// What is not supported, though the file can be read.
  let problems: [ModelError]
  let source: ByteSource

  /// Opens a file.
  ///
  /// Throws `ModelError` where it cannot be read, is damaged or uses what is not supported.
  public init(_ path: String) throws {
    try self.init(try ByteSource(mapping: path))
  }

  /// Reads a model from memory; `name` is what messages call it.
  package init(_ bytes: [UInt8], name: String) throws {
    try self.init(ByteSource(bytes, name: name))
  }

  init(_ source: ByteSource) throws {
    let model = try ModelMessage(source)
    self.source = source
    file = source.name
    message = model.graph
    (irVersion, opsets, metadata) = (model.irVersion, model.opsets, model.metadata)
    (producerName, producerVersion) = (model.producerName, model.producerVersion)
    outputNames = model.graph.outputs.map(\.name)
    let constants = Set(model.graph.initializers.map(\.name))
    var (problems, inputs) = (model.problems, [Input]())
    for input in model.graph.inputs where !constants.contains(input.name) {
      do throws(ModelError) { inputs.append(try Input(input, file: source.name)) } catch { problems.append(error) }
    }
    (self.problems, self.inputs) = (problems, inputs)
  }

  /// Opens a file and makes its graph; see `graph(inputShapes:)`.
  public static func load(_ path: String, inputShapes: [String: [Int]] = [:]) throws -> Graph {
    try ONNXModel(path).graph(inputShapes: inputShapes)
  }

  /// The network, with the sizes that the file leaves open taken from the shapes of the inputs that are given by name.
  ///
  /// Nodes whose results are known from the file alone become constants. Without a shape, an open first dimension and one that is named like a batch become 1. Throws `ModelError`
  /// naming every other open dimension, and where the file does not describe a network; `UnsupportedOperators` where
  /// the engine does not have all its operators; `ModelErrors` where more than one thing is wrong.
  public func graph(inputShapes: [String: [Int]] = [:]) throws -> Graph {
    try assembled(inputShapes: inputShapes).graph
  }

  /// The network, and how many bytes of its tensors are slices of the file and how many are copies.
  package func assembled(
    inputShapes: [String: [Int]] = [:]
  ) throws -> (graph: Graph, mappedBytes: Int, copiedBytes: Int) {
    var assembler = try GraphAssembler(self)
    let graph = try assembler.graph(inputShapes: inputShapes)
    return (graph, assembler.decoder.mappedBytes, assembler.decoder.copiedBytes)
  }
}
