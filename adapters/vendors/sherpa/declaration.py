"""sherpa-onnx: recognition with a model that the operator supplies."""

from adapters.reach.declaration import Declaration, Service, Setting

SHERPA = Declaration(
    name="sherpa",
    title="Sherpa",
    says="sherpa-onnx with a model of your own, in a process of its own; needs `pip install vivavoce[sherpa]`.",
    settings=(Setting("model_dir", "The folder with the files of the model.").needed(),),
    stt=Service("adapters.vendors.sherpa.stt.SherpaRecogniser", None, takes=("model_dir",)),
    checked="the library's own interface, without a model",
)
