// Moves the blendshapes of a face by the mouth that the server tells. See docs/clients/unity.md.
using System;
using System.Collections.Generic;
using UnityEngine;

[RequireComponent(typeof(VivavoceClient))]
public sealed class VivavoceFace : MonoBehaviour
{
    [Tooltip("Every mesh with blendshapes of the mouth: head, teeth, tongue, beard.")] public SkinnedMeshRenderer[] meshes;
    [Tooltip("How far a weight of 1 moves a blendshape; Unity counts to 100, some models to 1.")] public float scale = 100f;

    private VivavoceClient client;
    private float[] weights;
    private readonly List<Binding> bindings = new List<Binding>();

    private void Awake()
    {
        client = GetComponent<VivavoceClient>();
        string[] shapes;
        if (!MouthNames.Of.TryGetValue(client.mouth.Split(',')[0], out shapes)) { enabled = false; return; }
        weights = new float[shapes.Length];
        foreach (SkinnedMeshRenderer mesh in meshes) Bind(mesh, shapes);
    }

    private void Bind(SkinnedMeshRenderer mesh, string[] shapes)
    {
        for (int shape = 0; shape < shapes.Length; shape++)
        {
            foreach (string name in shapes[shape].Split('|'))
            {
                int index = mesh.sharedMesh.GetBlendShapeIndex(name);
                if (index < 0) continue;
                bindings.Add(new Binding { Mesh = mesh, Index = index, Shape = shape });
                break;
            }
        }
    }

    /// <summary>After the animator, which may move the same blendshapes.</summary>
    private void LateUpdate()
    {
        int part;
        float ms;
        if (client.Hears(out part, out ms)) client.Mouth.Weights(part, ms, weights);
        else Array.Clear(weights, 0, weights.Length);
        foreach (Binding one in bindings) one.Mesh.SetBlendShapeWeight(one.Index, weights[one.Shape] * scale);
    }

    private sealed class Binding
    {
        public SkinnedMeshRenderer Mesh;
        public int Index;
        public int Shape;
    }
}
