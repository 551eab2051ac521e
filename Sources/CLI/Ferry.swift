import ArgumentParser
import FerryModel

/// The command `ferry`: one file a subcommand, shared options in Support.
///
/// Each states its name: to derive all of them from their types would take a sixth of the time to start.
struct Ferry: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ferry",
    abstract: "Carries trained networks into Swift and proves that they arrived whole.",
    discussion: """
      A network goes through these commands:

        ferry inspect model.onnx                          what is in the file, and what Ferry would refuse
        ferry convert model.onnx -o model.ferry           carry it into a bundle
        ferry verify model.ferry --golden golden/model    prove it against the framework's own answers
        ferry run model.ferry --input picture.png         use it
        ferry bench model.ferry                           how fast it runs, and where its time goes
        ferry sign model.ferry --key release.pem          say whose it is
        ferry export model.ferry --npz weights.npz        give its tensors back
        ferry diff old.ferry new.ferry                    what has changed

      Several networks and the pipeline that runs them:

        ferry pack recipe.json -o detector.ferry          put them into one bundle
        ferry detect detector.ferry videos/ -o scores.csv score videos, pictures and folders of frames

      Exit codes: 0 success, 1 mismatch, 2 bad input, 64 wrong usage, 70 a defect of Ferry, 130 interrupted.
      Shell completions: ferry --generate-completion-script bash|zsh|fish
      """,
    version: "ferry \(BundleProducer.ferry.version), bundle format \(BundleVersion.current)",
    subcommands: [
      Convert.self, Inspect.self, Run.self, Verify.self, Bench.self, Pack.self, Detect.self, Sign.self, Export.self,
      Diff.self, BenchServer.self, ReadHDF5.self,
    ])
}
