import Foundation
import Inference

/// A model as its file states it, down to what the engine has no use for: what is written again is what was read.
///
/// Nodes, attributes, documentation and functions keep their bytes. Only where the file keeps tensors in other files may
/// those move. Source: onnx.proto.
package struct ModelDocument: Sendable {
  /// One operator application.
  struct Node: Sendable {
    /// Unique in the file, as `NodeNames` gives it where the file does not.
    let name: String
    let operatorName: String
    /// What the node and its sub-graphs read from the graph, without repetition.
    let reads: [String]
    /// Without those that are left out.
    let outputs: [String]
    /// Whether it computes the same wherever it stands: no sub-graph and no random numbers.
    let isPure: Bool
    /// The `NodeProto`.
    let body: ByteSlice
  }

  /// A constant of the file.
  struct Initializer: Sendable {
    let name: String
    /// 5 for dense tensors, 15 for sparse ones.
    let field: Int
    let body: ByteSlice
    /// The elements, where they are in another file.
    let external: ByteSlice?
  }

  /// An input or output of the network, or a value whose type is declared.
  struct Declared: Sendable {
    let info: ValueInfoMessage
    let body: ByteSlice

    var name: String { info.name }
  }

  /// The file as the user named it.
  package let file: String
  let source: ByteSource
  /// The fields of the `ModelProto` but for the graph.
  var header = WireMessage()
  /// The fields of the `GraphProto` but for those below.
  var graphHeader = WireMessage()
  /// In the order of the file.
  var nodes: [Node] = []
  var initializers: [Initializer] = []
  /// Up to IR version 3 the initialisers are among them.
  var inputs: [Declared] = []
  var outputs: [Declared] = []
  var declared: [Declared] = []
  /// What is said about the quantisation of a tensor, by its name.
  var annotations: [(tensor: String, body: ByteSlice)] = []

  /// Opens a file.
  ///
  /// Throws `ModelError` where it cannot be read or is damaged; operators may be any.
  package init(_ path: String) throws { try self.init(ByteSource(mapping: path)) }

  /// Reads a model from memory; `name` is what messages call it.
  package init(_ bytes: [UInt8], name: String) throws { try self.init(ByteSource(bytes, name: name)) }

  /// The document of a graph, under its name, by way of a temporary file that its weights stay in.
  package init(_ graph: Graph) throws {
    let path = FileManager.default.temporaryDirectory.path + "/offloadsim-\(UUID().uuidString).onnx"
    defer { unlink(path) }
    try ONNXWriter.write(graph, to: path)
    try self.init(ByteSource(mapping: path, name: graph.name))
  }

  /// How many nodes there are.
  package var nodeCount: Int { nodes.count }

  /// What a cut can name each node, in the order of the file.
  package var nodeNames: [String] { nodes.map(\.name) }
}
