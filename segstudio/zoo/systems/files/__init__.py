"""Models as files that hold their own network: ONNX, TorchScript, torch.export. A card says how to read them."""
