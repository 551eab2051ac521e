/// All faults, in the order of the table: one file a family.
enum FaultCatalogue {
  static let all: [Fault] =
    paddings + normalizations + kernels + biases + weights + activations + poolings + arithmetic + resizing + inputs
    + goldens
}
