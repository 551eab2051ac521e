/// All kinds of mistakes that are tried, in this order: of two that explain a golden equally well, the earlier one is
/// named. What is simply undone comes before what is fitted.
enum MistakeCatalogue {
  static let all = own + undone + fitted

  /// What is not the model's mistake, and what is wrong whatever the golden says.
  private static let own: [any MistakeFamily.Type] = [
    KernelDefects.self,
    EmptyGoldens.self,
    SampleOrder.self,
    NonFiniteWeights.self,
  ]

  /// Mistakes of the model that are simply undone: of these, two may come together.
  static let undone: [any MistakeFamily.Type] = [
    WindowPadding.self,
    PaddingModes.self,
    PadValues.self,
    WindowGeometry.self,
    NormalizationParameters.self,
    NormalizationStatistics.self,
    EndingActivations.self,
    InnerActivations.self,
    PoolingKinds.self,
    KernelLayouts.self,
    FlattenOrder.self,
    BiasChanges.self,
    ElementwiseArithmetic.self,
    OperationOrder.self,
    ResizeMethods.self,
    ElementMovement.self,
    UnusualFunctions.self,
    NetworkInputs.self,
    ResultAxes.self,
    ChannelOrder.self,
    GoldenEqualsInput.self,
    InputChannelExchange.self,
    OtherWeights.self,
    OtherCapturedValues.self,
  ]

  /// What takes numbers from the golden, with the shorter formats, which would hide behind them.
  private static let fitted: [any MistakeFamily.Type] = [
    ReducedPrecision.self,
    WeightElements.self,
    ChannelFits.self,
    ScaleFits.self,
    FittedActivations.self,
    RoundedWeights.self,
    WrongChannels.self,
    FittedWeights.self,
    RepeatedWeights.self,
  ]
}
