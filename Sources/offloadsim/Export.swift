import ArgumentParser
import Experiments
import Foundation
import Inference
import ModelZoo
import ONNX
import StrictJSON

/// `offloadsim export`: write a network, or the two halves of a split, as ONNX files.
struct Export: ParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  static let configuration = CommandConfiguration(
    abstract: "Writes a network as an ONNX file, or cut in two files that other programs run one after the other.",
    discussion: """
      Without a cut, the folder receives NAME.onnx. With one or more, it receives head.onnx (the nodes named and all they \
      need), tail.onnx (the rest) and split.json, which says what crosses the cut. Values keep their names: what the head \
      hands out, the tail takes under the same name. The network is written as it is, before any optimisation; what is \
      computed from constants alone stands in each half that reads it, and what no output needs in neither.
      """)

  @Argument(help: "A zoo network or an ONNX file.", completion: .file(extensions: ["onnx"]))
  var model: String

  @Option(
    name: .customLong("cut"), parsing: .singleValue,
    help: ArgumentHelp("Cut after this node, value or module; may be repeated.", valueName: "node"))
  var cuts: [String] = []

  @Option(name: .shortAndLong, help: ArgumentHelp("The folder to write to; made if missing.", valueName: "dir"))
  var output: String

  @Flag(help: "Keep weights in a file beside each model, as models of 2 GiB and more must.")
  var externalData = false

  @Option(help: "Of the weights of a zoo network.")
  var seed = 42

  @Option(help: "What is printed: text or json.")
  var format = Format.text

  @Flag(help: "Replace existing files.")
  var force = false

  @OptionGroup var colors: ColorOption

  func validate() throws {
    guard seed >= 0 else { throw ValidationError("--seed is 0 or more") }
  }

  func run() throws {
    do {
      if cuts.isEmpty { try exportWhole() } else { try exportHalves() }
    } catch let error as UnknownName {
      throw InputError("--cut: \(error)")
    } catch let error as ModelError {
      throw InputError(explaining: error)
    }
  }

  private func exportWhole() throws {
    let folder = OutputFolder(output, force: force)
    let name = "\(baseName).onnx"
    try folder.check([name] + (externalData ? [name + ".data"] : []))
    let document = try document()
    let written = try document.written(externalData: externalData ? name + ".data" : nil)
    try folder.publish { try written.stage(at: folder.path(of: name)) }
    report(.object([.init("model", .string(model)), .init("file", .string(folder.path(of: name)))])) {
      Console.print("\(folder.path(of: name)): \(document.nodeCount) nodes, \(written.message.byteCount) bytes")
    }
  }

  private func exportHalves() throws {
    let folder = OutputFolder(output, force: force)
    let names = ["head.onnx", "tail.onnx", "split.json"]
    try folder.check(names + (externalData ? ["head.onnx.data", "tail.onnx.data"] : []))
    let split = try ModelSplit(
      try document(), after: cuts, externalData: externalData ? ("head.onnx.data", "tail.onnx.data") : nil)
    let manifest = SplitManifest(split, model: model, cuts: cuts)
    try folder.publish {
      var files = try split.head.model.stage(at: folder.path(of: "head.onnx"))
      do {
        files += try split.tail.model.stage(at: folder.path(of: "tail.onnx"))
        files.append(try StagedFile(text: manifest.json.pretty + "\n", for: folder.path(of: "split.json")))
      } catch {
        for file in files { file.discard() }
        throw error
      }
      return files
    }
    report(manifest.json) { manifest.printText(folder: folder, colored: colors.color.applies()) }
  }

  private func document() throws -> ModelDocument {
    if model.hasSuffix(".onnx") || model.contains("/") { return try ModelDocument(model) }
    // The loader knows the zoo, and what may have been meant.
    guard let graph = try LoadedModel.find(model, seed: UInt64(seed)).graph else {
      throw InputError("'\(model.printable)' has no layers")
    }
    return try ModelDocument(graph)
  }

  private var baseName: String {
    let last = URL(fileURLWithPath: model).lastPathComponent
    return last.hasSuffix(".onnx") ? String(last.dropLast(5)) : last
  }

  private func report(_ json: JSONValue, text: () -> Void) {
    switch format {
    case .text: text()
    case .json: Console.print(json.pretty)
    }
  }
}

/// The folder that files are written to, all of them or none.
struct OutputFolder {
  private let folder: String
  private let force: Bool

  init(_ folder: String, force: Bool) {
    self.folder = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    self.force = force
  }

  func path(of name: String) -> String { folder == "/" ? "/\(name)" : "\(folder)/\(name)" }

  /// Makes the folder where it is missing.
  ///
  /// Throws `InputError` where it cannot be made, and where a file exists already and may not be replaced.
  func check(_ names: [String]) throws {
    guard !folder.isEmpty else { throw InputError("the name of the folder is empty") }
    if mkdir(folder, 0o777) != 0, errno != EEXIST {
      throw InputError("cannot make the folder '\(folder.printable)': \(String(cString: strerror(errno)))")
    }
    var status = stat()
    guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw InputError("'\(folder.printable)' is not a folder")
    }
    for name in names where lstat(path(of: name), &status) == 0 {
      let path = path(of: name)
      guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        throw InputError("'\(path.printable)' is not a regular file and is not replaced")
      }
      guard force else { throw InputError("'\(path.printable)' exists already; --force replaces it") }
    }
  }

  /// Writes all files under temporary names, then moves each to its place.
  func publish(_ stage: () throws -> [StagedFile]) throws {
    let files = try stage()
    defer { for file in files { file.discard() } }
    for file in files { try file.publish(replacing: force) }
  }
}
