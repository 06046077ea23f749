import Foundation
import Testing

struct ShapeTests {
  private static let model = Program.root.appendingPathComponent("Scenarios/models/ds_cnn.onnx").path

  @Test func shapesThatDoNotFitAreBadInput() throws {
    let result = try Program.run(["models", Self.model, "--shape", "nothing=1,2"])
    #expect(result.status == 2)
    #expect(result.errors.contains("no input 'nothing'"), "\(result.errors)")
  }

  @Test(arguments: ["input", "input=1,x", "=1", "input=-1"])
  func whatIsNoShapeIsAUsageError(text: String) throws {
    let result = try Program.run(["infer", Self.model, "--shape", text])
    #expect(result.status == 64)
    #expect(result.errors.contains("NAME=SIZES"), "\(result.errors)")
  }

  @Test func shapesGoWithFiles() throws {
    let result = try Program.run(["infer", "ds_cnn", "--shape", "input=1"])
    #expect(result.status == 2)
    #expect(result.errors.contains("zoo network"), "\(result.errors)")
  }
}
